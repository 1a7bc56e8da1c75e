"""The shape of the source: every rule on planted bad samples first, then on the project itself."""

import os
import pathlib
import re
import statistics
import subprocess
import tempfile
import unittest

import rules
import symbols
from lib.main import SOURCE, main
from source import Source, sources

BUILD = pathlib.Path(os.environ["FILAMENTD_BUILD"])
FORMAT_VERSION = 14


def archives():
    return sorted(BUILD.glob("libfilamentd_*.a"))


def archive(folder):
    path = BUILD / f"libfilamentd_{folder}.a"
    return symbols.members(path) if path.exists() else []


class PlantedTest(unittest.TestCase):
    """Each rule must find what it is for."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def planted(self, path, text):
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        return Source(self.root, path)

    def complaints(self, rule, path, text, *more):
        return list(rule(self.planted(path, text), *more))

    def test_text_rules(self):
        long_body = "    x++;\n" * (rules.FUNCTION_LINES + 1)
        bad = [
            (rules.include_order, "core/a.c", '#include "store/db.h"\n'),
            (rules.include_order, "core/a.c", '#include "elsewhere/db.h"\n'),
            (rules.include_order, "api/a.c", "#include <sqlite3.h>\n"),
            (rules.include_order, "core/a.c", "#include <pthread.h>\n"),
            (rules.file_length, "core/a.c", "\n" * (rules.FILE_LINES + 1)),
            (rules.function_length, "core/a.c", "int f(void)\n{\n" + long_body + "}\n"),
            (rules.no_goto, "core/a.c", "int f(void)\n{\n    goto end;\n}\n"),
            (rules.few_macros, "core/a.h", "#define TWICE(x) ((x) * 2)\n"),
            (rules.no_struct_typedef, "core/a.h", "typedef struct a a_t;\n"),
            (rules.header_contract, "core/a.h", "#ifndef A\n#endif\n"),
            (rules.header_contract, "core/a.h", "/* a */\n#ifndef A\n#endif\n"),
            (rules.sql_in_store, "api/a.c", 'const char *s = "SELECT * FROM spools";\n'),
            (rules.nothing_left_open, "core/a.c", "/* TO" + "DO: later */\n"),
            (rules.no_served_folder, "api/a.c", 'const char *s = "document_root";\n'),
        ]
        for rule, path, text in bad:
            with self.subTest(rule=rule.__name__, text=text[:40]):
                self.assertEqual(1, len(self.complaints(rule, path, text)))

    def test_text_rules_leave_the_good_alone(self):
        contract = "/*\n * What this header is for, who owns what, and the thread it belongs to.\n */\n"
        good = [
            (rules.include_order, "bridge/a.c", '#include "bridge/a.h"\n#include <mosquitto.h>\n#include "core/b.h"\n'),
            (rules.no_goto, "core/a.c", '/* goto */ // goto\nconst char *s = "goto \\" goto";\n'),
            (rules.function_length, "core/a.c", "int f(void)\n{\n" + "    x++;\n" * rules.FUNCTION_LINES + "}\n"),
            (rules.few_macros, "core/a.h", "#define LEN(a) 1\n#define FLAG (1)\n"),
            (rules.header_contract, "core/a.h", contract),
            (rules.sql_in_store, "store/a.c", 'const char *s = "SELECT 1";\n'),
            (rules.sql_in_store, "api/a.c", 'const char *s = "Update the spool";\n'),
        ]
        for rule, path, text in good:
            with self.subTest(rule=rule.__name__, text=text[:40]):
                self.assertEqual([], self.complaints(rule, path, text))

    def test_own_header_first(self):
        text = '#include <stdio.h>\n#include "core/a.h"\n'
        self.assertEqual(1, len(self.complaints(rules.own_header_first, "core/a.c", text, {"core/a.h"})))
        self.assertEqual([], self.complaints(rules.own_header_first, "core/a.c", text, set()))

    def compiled(self, name, text):
        (self.root / f"{name}.c").write_text(text)
        compiler = os.environ.get("CC", "cc")
        subprocess.run([compiler, "-fno-builtin", "-c", f"{name}.c", "-o", f"{name}.c.o"], cwd=self.root, check=True)
        subprocess.run(["ar", "rc", f"{name}.a", f"{name}.c.o"], cwd=self.root, check=True)
        return symbols.members(self.root / f"{name}.a")

    def test_symbol_rules(self):
        base = self.compiled("shelf", "long time(long *); long shelf_now(void) { return time(0); }\n"
                             "int shelf_one(void) { return 1; }\n")
        clean = self.compiled("clean", "unsigned long strlen(const char *);\n"
                              "unsigned long clean_f(const char *s) { return strlen(s); }\n")
        through = self.compiled("through", "int shelf_one(void); int through_f(void) { return shelf_one(); }\n")
        self.assertEqual([], list(symbols.impure(clean, base)))
        self.assertEqual(["shelf.c.o: core is pure but needs time"], list(symbols.impure(through, base)))
        for call in ("malloc", "free", "time", "open", "pthread_create", "sqlite3_open", "mosquitto_new",
                     "json_loads", "json_dumps", "strdup", "clock_gettime", "__fprintf_chk", "getenv"):
            dirty = self.compiled("dirty", f"void {call}(void); void dirty_f(void) {{ {call}(); }}\n")
            self.assertEqual(1, len(list(symbols.impure(dirty, base))), call)
        for call in ("mosquitto_loop_start", "mosquitto_loop", "mosquitto_loop_forever", "select",
                     "mg_handle_form_request"):
            dirty = self.compiled("dirty", f"void {call}(void); void dirty_f(void) {{ {call}(); }}\n")
            self.assertEqual([f"dirty.c.o: {call} is banned"], list(symbols.banned(dirty)))
        self.assertEqual(["own.c.o: exports other"],
                         list(symbols.foreign_names(self.compiled("own", "int own_x, other;\n"))))


class ProjectTest(unittest.TestCase):
    """The project keeps its rules."""

    def clean(self, complaints):
        complaints = list(complaints)
        self.assertFalse(complaints, "\n" + "\n".join(complaints))

    def test_text(self):
        every = list(sources(SOURCE, rules.FOLDERS))
        known = {source.path for source in every}
        complaints = [line for source in every for rule in rules.TEXT_RULES for line in rule(source)]
        complaints += [line for source in every for line in rules.own_header_first(source, known)]
        self.clean(complaints)
        lengths = [length for source in every for _, length in source.functions()]
        print(f"{len(every)} files, {len(lengths)} functions, median {statistics.median(lengths):.0f} lines, "
              f"longest {max(lengths)}")

    def test_tests_are_readable_too(self):
        every = list(sources(SOURCE, ["tests"]))
        limits = [rules.file_length, rules.no_goto, rules.function_length, rules.nothing_left_open]
        self.clean(line for source in every for rule in limits for line in rule(source))

    def test_core_is_pure(self):
        core = archive("core")
        self.assertTrue(core, "no core library in the build folder")
        self.clean(symbols.impure(core, archive("base")))

    def test_banned_symbols(self):
        self.assertTrue(archives())
        self.clean(line for path in archives() for line in symbols.banned(symbols.members(path)))

    def test_exported_names(self):
        self.clean(line for path in archives() for line in symbols.foreign_names(symbols.members(path)))

    def test_format(self):
        version = subprocess.run(["clang-format", "--version"], capture_output=True, text=True).stdout
        major = re.search(r"version (\d+)", version)
        if not major or int(major[1]) != FORMAT_VERSION:
            print(f"layout is checked with clang-format {FORMAT_VERSION} only; here: {version.strip() or 'none'}")
            return
        files = [str(SOURCE / source.path) for source in sources(SOURCE, [*rules.FOLDERS, "tests"])]
        done = subprocess.run(["clang-format", "--dry-run", "-Werror", *files], capture_output=True, text=True)
        self.assertEqual(0, done.returncode, done.stderr[:4000])


if __name__ == "__main__":
    main()
