"""The tour of the README, command by command, against the demo that it speaks of; and its links."""

import os
import re
import subprocess
import tempfile
import unittest

from lib.daemon import environment
from lib.main import SOURCE, main
from lib.process import Process
from lib.wait import wait_until

PLACE = "~/.local/state/filamentd-demo"


def tour():
    """The commands of the section Tour, each with its continued lines."""
    text = (SOURCE / "README.md").read_text().split("\n## Tour\n")[1].split("\n## ")[0]
    commands = []
    for line in re.findall(r"^    (.*)$", text, re.M):
        if re.match(r"(curl|echo|sqlite3) ", line):
            commands.append(line)
        elif line.startswith(" "):
            commands[-1] += "\n" + line
    return commands


class ReadmeTest(unittest.TestCase):
    def start_demo(self, folder):
        build = os.environ["FILAMENTD_BUILD"]
        demo = Process([SOURCE / "tests/simulator/demo"],
                       environment({"FILAMENTD_BUILD": build, "FILAMENTD_DEMO_DIR": f"{folder}/demo",
                                    "FILAMENTD_BINARY": os.environ["FILAMENTD_BINARY"]}))
        self.addCleanup(demo.end)
        wait_until(lambda: any("Ctrl-C" in line for line in demo.lines) or not demo.running(), 90, "the demo is up")
        said = "\n".join(demo.lines)
        self.assertTrue(demo.running(), said + demo.stderr())
        return {"URL": re.search(r"filamentd demo: (\S+)", said)[1], "KEY": re.search(r"Admin key: +(\S+)", said)[1]}

    def run_command(self, command, names, folder):
        command = command.replace(PLACE, f"{folder}/demo").replace("curl -s ", "curl -sS --fail-with-body ")
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=30,
                              env={**os.environ, **names})
        self.assertEqual(0, done.returncode, f"{command}\n{done.stdout}{done.stderr}")
        return done.stdout

    def test_tour(self):
        commands = tour()
        self.assertGreater(len(commands), 8)
        with tempfile.TemporaryDirectory() as folder:
            names = self.start_demo(folder)
            ask = f'curl -s -H "X-API-Key: {names["KEY"]}" {names["URL"]}/api/questions'
            wait_until(lambda: "which_spool" in self.run_command(ask, names, folder), 30, "the question of the A1")
            for command in commands:
                with self.subTest(command=command):
                    self.assertTrue(command.startswith("echo") or self.run_command(command, names, folder).strip())
                if command.startswith("echo"):
                    self.swap(command, names, folder)

    def swap(self, command, names, folder):
        """The promise of the demo: another roll shows over REST, after its settle time."""
        self.run_command(command, names, folder)
        slots = f'curl -s -H "X-API-Key: {names["KEY"]}" {names["URL"]}/api/ams_slots/p1s'
        wait_until(lambda: "#22AA55" in self.run_command(slots, names, folder), 20, "the other roll", 0.3)

    def test_links_lead_somewhere(self):
        pages = [path for path in SOURCE.rglob("*.md") if "build" not in path.relative_to(SOURCE).parts[0]]
        self.assertGreater(len(pages), 4)
        for page in pages:
            for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
                self.assertTrue((page.parent / target).exists(), f"{page.relative_to(SOURCE)} -> {target}")


if __name__ == "__main__":
    main()
