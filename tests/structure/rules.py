"""The rules of the source text. Each takes a Source and yields "path:line: complaint" lines."""

import re

FOLDERS = ["base", "core", "store", "bridge", "api", "service"]
FILE_LINES = 399
FUNCTION_LINES = 40
CONTRACT_LETTERS = 30

# Where the header of a library may be included; a library that is not named here may go anywhere.
LIBRARY_FOLDERS = {
    "sqlite3.h": ["store"],
    "mosquitto.h": ["bridge"],
    "curl/curl.h": ["bridge"],
    "zip.h": ["bridge"],
    "expat.h": ["bridge"],
    "civetweb.h": ["api"],
    "qrencode.h": ["api", "service"],
    "ini.h": ["service"],
    "pthread.h": ["base", "store", "bridge", "api", "service"],
}
MACROS = re.compile(r"FIELD|LEN|auto_\w+")
SQL = re.compile(r'^"\s*(SELECT\s|INSERT\s+(OR|INTO)\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|'
                 r"CREATE\s+(TABLE|VIEW|INDEX|TRIGGER)\s|PRAGMA\s|BEGIN\s+IMMEDIATE|SAVEPOINT\s)", re.I)


def include_order(source):
    rank = FOLDERS.index(source.folder)
    for line, name, own in source.includes():
        target = name.split("/")[0]
        if own and target not in FOLDERS:
            yield f"{source.path}:{line}: \"{name}\" is in no folder of ours"
        elif own and FOLDERS.index(target) > rank:
            yield f"{source.path}:{line}: {source.folder} may not include {name}"
        elif not own and source.folder not in LIBRARY_FOLDERS.get(name, FOLDERS):
            yield f"{source.path}:{line}: <{name}> belongs to {', '.join(LIBRARY_FOLDERS[name])}"


def own_header_first(source, known):
    header = source.path[:-2] + ".h"
    if source.is_header or header not in known:
        return
    first = next(source.includes(), (1, "nothing", False))
    if first[1] != header:
        yield f"{source.path}:{first[0]}: includes {first[1]} before its own header"


def file_length(source):
    if len(source.lines) > FILE_LINES:
        yield f"{source.path}:1: {len(source.lines)} lines, at most {FILE_LINES}"


def function_length(source):
    for line, length in source.functions():
        if length > FUNCTION_LINES:
            yield f"{source.path}:{line}: function of {length} lines, at most {FUNCTION_LINES}"


def no_goto(source):
    for line, _ in source.matches(r"\bgoto\b"):
        yield f"{source.path}:{line}: goto"


def few_macros(source):
    for line, found in source.matches(r"^\s*#\s*define\s+(\w+)\("):
        if not MACROS.fullmatch(found[1]):
            yield f"{source.path}:{line}: function-like macro {found[1]}"


def no_struct_typedef(source):
    for line, _ in source.matches(r"\btypedef\s+(struct|union|enum)\s*\w*\s*(\{|\w+\s*;)"):
        yield f"{source.path}:{line}: a typedef hides a struct"


def header_contract(source):
    if not source.is_header:
        return
    comment = re.match(r"/\*(.*?)\*/", source.text, re.S)
    if not comment or len(re.findall(r"\w", comment[1])) < CONTRACT_LETTERS:
        yield f"{source.path}:1: no contract in a comment at the top of the header"


def sql_in_store(source):
    if source.folder == "store":
        return
    for line, text in source.texts:
        if SQL.match(text):
            yield f"{source.path}:{line}: SQL outside store/: {text[:40]}"


def nothing_left_open(source):
    for line, text in enumerate(source.lines, 1):
        if re.search(r"\b(TODO|FIXME|XXX)\b", text):
            yield f"{source.path}:{line}: unfinished: {text.strip()}"


def no_served_folder(source):
    for line, text in source.texts:
        if "document_root" in text:
            yield f"{source.path}:{line}: civetweb must never serve a folder"


TEXT_RULES = [include_order, file_length, function_length, no_goto, few_macros, no_struct_typedef, header_contract,
              sql_in_store, nothing_left_open, no_served_folder]
