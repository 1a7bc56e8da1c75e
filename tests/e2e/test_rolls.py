"""Rolls come, go and are told apart: what the user of an AMS sees over REST."""

import functools
import time
import unittest

from e2e.bench import SETTLE, Bench
from lib.main import main
from lib.wait import wait_until

SERIAL = "039E2E000000001"
RED = "profile=GFL99 material=PLA color=#C12E1F known=yes"
BLUE = "profile=GFL99 material=PLA color=#0A2CA5 known=yes"
UUID = "4F2A9C0D4F2A9C0D4F2A9C0D4F2A9C0D"


def with_a1(test):
    """Run a test with a daemon and one connected A1."""

    @functools.wraps(test)
    def run(self):
        with Bench() as bench:
            bench.add("a1", "a1", SERIAL)
            test(self, bench)

    return run


class Rolls(unittest.TestCase):
    @with_a1
    def test_an_unload_ends_the_assignment(self, bench):
        red = bench.spool(color="#C12E1F", profile="GFL99")
        bench.do(f"load a1 1/2 {RED}")
        bench.wait_spool("a1", 1, 2, red)
        bench.do("unload a1 1/2")
        row = bench.wait_spool("a1", 1, 2, None)
        self.assertEqual(row["match"], "empty")
        rows = bench.history("a1", 1, 2)
        self.assertTrue(any(r["spool_id"] == red and r["unassigned_at"] for r in rows), rows)
        self.assertIn("unload", [r["event_type"] for r in rows])

    @with_a1
    def test_a_roll_with_a_tag_is_known_again(self, bench):
        mine = bench.spool(color="#FF0000", tray_uuid=UUID, profile="GFA00")
        bench.spool(color="#FF0000", profile="GFA00")
        bench.do("speed 20")
        bench.do(f"load a1 1/3 profile=GFA00 material=PLA color=#FF0000 uuid={UUID}")
        bench.wait_spool("a1", 1, 3, mine)
        self.assertEqual(bench.questions("a1"), [])
        bench.do("unload a1 1/3")
        bench.wait_spool("a1", 1, 3, None)
        # The other side of the same spool: another chip, the same roll.
        bench.do(f"load a1 1/4 profile=GFA00 material=PLA color=#FF0000 uuid={UUID} tag=00112233AABBCCDD")
        bench.wait_spool("a1", 1, 4, mine)

    @with_a1
    def test_an_unknown_tag_becomes_a_draft_with_a_question(self, bench):
        bench.do(f'load a1 1/1 profile=GFA01 material=PLA color=#9B9EA0 brand="PLA Matte" uuid={UUID} known=yes')
        row = bench.wait_slot("a1", 1, 1, lambda r: r["spool_id"])
        draft = bench.get(f"/api/spools/{row['spool_id']}")
        self.assertTrue(draft["draft"])
        self.assertEqual((draft["tray_uuid"], draft["profile"], draft["color_hex"]), (UUID, "GFA01", "#9B9EA0"))
        questions = bench.questions("a1")
        self.assertEqual([q["kind"] for q in questions], ["draft"])
        self.assertEqual(row["open_question_id"], questions[0]["question_id"])

    @with_a1
    def test_twins_are_asked_about_and_the_answer_assigns(self, bench):
        first, second = (bench.spool(color="#161616", profile="GFL99") for _ in range(2))
        bench.do("load a1 1/1 profile=GFL99 material=PLA color=#161616 known=yes")
        questions = wait_until(lambda: bench.questions("a1"), SETTLE + 7, "a question")
        self.assertEqual(questions[0]["kind"], "which_spool")
        self.assertIsNone(bench.slot("a1", 1, 1)["spool_id"])
        answer = bench.daemon.post(f"/api/questions/{questions[0]['question_id']}/answer", {"spool_id": second})
        self.assertEqual(answer.status, 200, answer)
        bench.wait_spool("a1", 1, 1, second, 2)
        self.assertEqual(bench.questions("a1"), [])
        self.assertIsNone(bench.get(f"/api/spools/{first}")["loaded_in"])

    @with_a1
    def test_what_the_user_said_survives_a_power_off(self, bench):
        mine = bench.spool(color="#C12E1F")
        bench.do("blank a1 1/1")
        bench.do(f"load a1 1/2 {BLUE}")
        bench.wait_slot("a1", 1, 2, lambda r: r["reported"]["state"] == "present")
        bench.assign("a1", 1, 1, mine)
        other = bench.spool(color="#0A2CA5", brand="Other")
        bench.assign("a1", 1, 2, other)
        bench.do("poweroff a1 frames=4")
        time.sleep(SETTLE + 2)
        bench.wait_spool("a1", 1, 1, mine, 1)
        bench.wait_spool("a1", 1, 2, other, 1)
        bench.do("poweron a1")
        time.sleep(SETTLE + 2)
        bench.wait_spool("a1", 1, 1, mine, 1)
        bench.wait_spool("a1", 1, 2, other, 1)
        self.assertEqual([r["event_type"] for r in bench.history("a1", 1, 2)][0], "manual")

    @with_a1
    def test_lost_and_doubled_reports_change_nothing_in_the_end(self, bench):
        red = bench.spool(color="#C12E1F", profile="GFL99")
        bench.do("faults a1 drop=30 twice=30")
        bench.do("speed 20")
        for _ in range(3):
            bench.do(f"load a1 1/1 {RED}")
            bench.do("unload a1 1/1")
        bench.do(f"load a1 1/1 {RED}")
        bench.do("faults a1")
        bench.do("full a1")
        bench.wait_spool("a1", 1, 1, red)
        bench.wait_as_scripted("a1")


if __name__ == "__main__":
    main()
