"""A list of 10,000 rolls: whole, in pages, by many at once, within bounded memory."""

import concurrent.futures
import re
import time

from case import SPOOL, HttpCase
from lib.daemon import PROMPT_ASAN
from lib.main import main

ROLLS = 10000
BOX = 50


class LargeTest(HttpCase):
    more_environment = PROMPT_ASAN

    @classmethod
    def setUpClass(cls):
        super().setUpClass()

        def box(i):
            body = {**SPOOL, "quantity": BOX, "brand": f"Brand {i % 20}", "product_name": f"Product {i}",
                    "notes": "äöü \"quoted\" " * 5}
            answer = cls.daemon.post("/api/spools", body, timeout=60)
            while answer.status == 503:  # the machine is busy: the answer says when to come back
                time.sleep(int(answer.headers["Retry-After"]))
                answer = cls.daemon.post("/api/spools", body, timeout=60)
            return answer

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            statuses = {a.status for a in pool.map(box, range(ROLLS // BOX))}
        assert statuses == {201}, statuses

    def test_all_at_once(self):
        begun = time.monotonic()
        answer = self.daemon.get("/api/spools", timeout=60)
        taken = time.monotonic() - begun
        rows = self.assertStatus(answer)
        print(f"{len(answer.body) / 1e6:.1f} MB in {taken * 1000:.0f} ms")
        self.assertEqual(len({r["spool_id"] for r in rows}), ROLLS)
        self.assertEqual(answer.headers["X-Total-Count"], str(ROLLS))
        again = self.daemon.get("/api/spools", headers={"If-None-Match": answer.headers["ETag"]})
        self.assertEqual((again.status, again.body), (304, b""))

    def test_pages(self):
        seen, path, pages = set(), "/api/spools?limit=1000&sort=brand", 0
        while path:
            answer = self.daemon.get(path, timeout=60)
            rows = self.assertStatus(answer)
            seen |= {r["spool_id"] for r in rows}
            pages += 1
            link = re.fullmatch(r'<(.*)>; rel="next"', answer.headers.get("Link", ""))
            path = link and link[1]
        self.assertEqual((len(seen), pages), (ROLLS, 10))

    def test_many_readers_do_not_grow_it(self):
        def read(_):
            return len(self.daemon.get("/api/spools", timeout=120).body)

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(read, range(4)))
            before = self.daemon.memory_kib()
            sizes = set(pool.map(read, range(24)))
            self.assertEqual(len(sizes), 1)
        # Four answers of 11 MB may be under way at once; 24 that stay would be 260 MB.
        self.assertLess(self.daemon.memory_kib() - before, 100000)


if __name__ == "__main__":
    main()
