"""The rules of the compiled archives, read by nm."""

import fnmatch
import re
import subprocess

# What core may need from outside: values, texts, arithmetic. Whatever allocates, reads a clock, does
# I/O or starts a thread is missing here.
PURE = """
    json_* mem* str* __isoc*_strto* snprintf vsnprintf __errno_location __assert_fail qsort bsearch
    abs labs llabs floor ceil fabs fmin fmax sqrt cbrt hypot pow exp exp2 log log2 log10
    sin cos tan asin acos atan atan2 round lround llround rint lrint llrint trunc fmod floorf sqrtf
    ldexp frexp modf copysign isnan isinf __isnan __isinf __finite
""".split()
NOT_PURE = "json_load* json_dump* json_set_alloc_funcs* json_vpack* strdup strndup strerror* strftime strsignal".split()
# What compilers and sanitizers add; the fortified and the stack-protected variants among them.
TOOLCHAIN = """
    __asan_* __ubsan_* __tsan_* __sanitizer_* __gcov_* __llvm_* __start_* __stop_* __stack_chk_fail
    _GLOBAL_OFFSET_TABLE_ __odr_asan* __*_chk
""".split()
BANNED = """
    mosquitto_loop mosquitto_loop_start mosquitto_loop_stop mosquitto_loop_forever select pselect
    mosquitto_tls_insecure_set mg_handle_form_request mg_handle_form_data system popen
""".split()
# Names that a file exports beside its own.
GUESTS = {"err": ["why_fail"]}


class Member:
    """One object file of an archive."""

    def __init__(self, name):
        self.name = name
        self.defined = set()
        self.needed = set()


def members(archive):
    """The object files of an archive."""
    text = subprocess.run(["nm", "-g", archive], check=True, capture_output=True, text=True).stdout
    found = []
    for line in text.splitlines():
        if line.endswith(":"):
            found.append(Member(line[:-1]))
            continue
        fields = line.split()
        if len(fields) >= 2 and fields[-2] in "Uw":
            found[-1].needed.add(fields[-1])
        elif len(fields) == 3:
            found[-1].defined.add(fields[2])
    return found


def among(symbol, patterns):
    return any(fnmatch.fnmatchcase(symbol, p) for p in patterns)


def plain(symbol):
    """memcpy for __memcpy_chk, else the symbol."""
    fortified = re.fullmatch(r"__(\w+)_chk", symbol)
    return fortified[1] if fortified else symbol


def is_pure(symbol):
    name = plain(symbol)
    return among(name, PURE) and not among(name, NOT_PURE) or name == symbol and among(symbol, TOOLCHAIN)


def impure(core, base):
    """Complaints about core, and about those objects of base that core pulls in, however far."""
    own = {symbol for member in core for symbol in member.defined}
    home = {symbol: member for member in base for symbol in member.defined}
    waiting, seen = list(core), set()
    while waiting:
        member = waiting.pop()
        for symbol in sorted(member.needed - own):
            if symbol in home:
                if home[symbol] not in seen:
                    seen.add(home[symbol])
                    waiting.append(home[symbol])
            elif not is_pure(symbol):
                yield f"{member.name}: core is pure but needs {symbol}"


def banned(archive_members):
    for member in archive_members:
        for symbol in sorted(member.needed):
            if plain(symbol) in BANNED:
                yield f"{member.name}: {symbol} is banned"


def foreign_names(archive_members):
    """A file exports only names that begin as the file does."""
    for member in archive_members:
        first = re.split(r"[_.]", member.name)[0]
        allowed = [first + "*", *GUESTS.get(first, []), *TOOLCHAIN]
        for symbol in sorted(member.defined):
            if not among(symbol, allowed):
                yield f"{member.name}: exports {symbol}"
