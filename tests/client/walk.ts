// An app, written from /api/openapi.json alone: its types are generated, its client is openapi-fetch.
// node walk.js PORT CODE [cut]: pair, launch, make rolls, load one, follow live events, print until it is low,
// read the history. With "cut" the network fails on the way, and nothing may be lost or done twice.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import createClient from 'openapi-fetch';
import { Proxy } from './proxy';
import type { components, paths } from './api';

type LiveEvent = components['schemas']['LiveEvent'];
type Problem = components['schemas']['Problem'];
type Answer<T> = { data?: T; error?: unknown; response: Response };

const WAIT_MS = 15000;
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

class App {
  readonly events: LiveEvent[] = [];
  replayed = 0;
  streams = 0;
  private last: number;
  private stopped = false;

  constructor(readonly client: ReturnType<typeof createClient<paths>>, cursor: number) {
    this.last = cursor;
  }

  /** A write is repeated with its key until its answer arrives: then it was done once. */
  async once<T>(write: (headers: { 'Idempotency-Key': string }) => Promise<Answer<T>>): Promise<T> {
    const headers = { 'Idempotency-Key': randomUUID() };
    for (const start = Date.now(); ;) {
      try {
        const { data, error, response } = await write(headers);
        if (response.status === 409 && (error as Problem).code === 'idempotency_key_in_flight') throw new Error('not done yet');
        assert.ok(response.ok && data, JSON.stringify(error));
        if (response.headers.get('Idempotency-Replayed') === 'true') this.replayed++;
        return data;
      } catch (error) {
        if (error instanceof assert.AssertionError || Date.now() - start > WAIT_MS) throw error;
        await pause(50);
      }
    }
  }

  async get<T>(read: () => Promise<Answer<T>>): Promise<T> {
    const { data, error } = await read();
    assert.ok(data !== undefined, JSON.stringify(error));
    return data;
  }

  /** Follow the stream, and continue after the last event whenever it breaks. */
  async follow() {
    while (!this.stopped) {
      try {
        await this.read();
      } catch {
        await pause(50);
      }
    }
  }

  private async read() {
    const { data } = await this.client.GET('/api/events', {
      params: { header: { 'Last-Event-ID': String(this.last) } }, parseAs: 'stream',
    });
    if (!data) throw new Error('no stream');
    this.streams++;
    let text = '';
    const decoder = new TextDecoder();
    for await (const bytes of data as unknown as AsyncIterable<Uint8Array>) {
      const parts = (text + decoder.decode(bytes, { stream: true })).split('\n\n');
      text = parts.pop() ?? '';
      parts.forEach((part) => this.take(part));
    }
  }

  private take(part: string) {
    const line = part.split('\n').find((each) => each.startsWith('data:'));
    if (!line) return;
    const event: LiveEvent = JSON.parse(line.slice(5));
    if (event.seq === null) return;
    assert.notEqual(event.op, 'reset');
    assert.ok(event.seq >= this.last, `${event.seq} after ${this.last}`);
    const told = part.split('\n').some((each) => each.startsWith('id:'));
    if (told) this.last = event.seq;
    this.events.push(event);
  }

  async until(what: string, wanted: (event: LiveEvent) => boolean): Promise<LiveEvent> {
    for (const start = Date.now(); Date.now() - start < WAIT_MS; await pause(20)) {
      const found = this.events.find(wanted);
      if (found) return found;
    }
    throw new Error(`no event of ${what} in ${JSON.stringify(this.events)}`);
  }

  stop() { this.stopped = true; }
}

async function pair(baseUrl: string, code: string) {
  const stranger = createClient<paths>({ baseUrl });
  const { data, error } = await stranger.POST('/api/pair', { body: { code, device_name: 'Walker' } });
  assert.ok(data, JSON.stringify(error));
  return createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${data.key}` } });
}

async function walk(proxy: Proxy, baseUrl: string, code: string, cut: boolean) {
  const trouble = (how: () => void) => { if (cut) how(); };
  const client = await pair(baseUrl, code);
  const { data: launch } = await client.GET('/api/bootstrap');
  assert.ok(launch && launch.printers.length === 1 && launch.spools.length === 0);
  const printer_id = launch.printers[0].printer.printer_id;
  const app = new App(client, launch.cursor);
  const following = app.follow();

  const roll = { brand: 'Acme', product_name: 'PLA Basic', material_type: 'PLA', initial_weight_grams: 1000 };
  const made: string[] = [];
  for (const color_hex of ['#FF8800', '#112233', '#00AA00']) {
    trouble(() => proxy.loseNextAnswer());
    const body = { ...roll, color_hex, current_weight_grams: 150 };
    made.push((await app.once((headers) => client.POST('/api/spools', { body, headers }))).spool_id);
  }
  assert.equal((await app.get(() => client.GET('/api/spools'))).length, made.length);

  trouble(() => proxy.loseNextAnswer());
  const path = { printer_id, ams_unit_number: 1, slot_number: 1 };
  await app.once((headers) => client.POST('/api/ams_slots/{printer_id}/{ams_unit_number}/{slot_number}/assign',
    { params: { path }, body: { spool_id: made[0] }, headers }));
  const slot = await app.until('the slot', (e) => e.entity === 'slot' && e.data?.slot?.spool_id === made[0]);
  assert.equal(slot.data?.slot?.spool?.color_hex, '#FF8800');

  trouble(() => { proxy.goDown(); setTimeout(() => proxy.comeUp(), 300); });
  const filaments = [{ ams_unit_number: 1, slot_number: 1, estimated_grams: 60 }];
  const started = await app.once((headers) => client.POST('/api/print_jobs/start',
    { body: { printer_id, gcode_file_name: 'boat.gcode.3mf', filaments }, headers }));
  await app.until('the print', (e) => e.entity === 'print_job' && e.id === started.job_id);

  trouble(() => proxy.loseNextAnswer());
  const ended = await app.once((headers) => client.PUT('/api/print_jobs/{job_id}/end',
    { params: { path: { job_id: started.job_id } }, body: { status: 'completed', actual_grams_used: 60 }, headers }));
  assert.deepEqual(ended.usage.map((row) => [row.spool_id, row.grams_used]), [[made[0], 60]]);

  const low = await app.until('a low roll', (e) => e.entity === 'alert' && e.data?.alert?.spool_id === made[0]
    && e.data.alert.kind.startsWith('low'));
  assert.equal(low.data?.alert?.ended_at, null);
  const stock = await app.get(() => client.GET('/api/stats/spools/low_inventory'));
  assert.deepEqual(stock.map((row) => [row.spool_id, row.remaining_grams]), [[made[0], 90]]);
  const history = await app.get(() => client.GET('/api/stats/spools/usage_history/{spool_id}',
    { params: { path: { spool_id: made[0] } } }));
  assert.deepEqual(history.filter((row) => row.job_id).map((row) => row.grams_used), [60]);
  const stays = await app.get(() => client.GET('/api/spools/{spool_id}/history', { params: { path: { spool_id: made[0] } } }));
  assert.equal(stays.length, 1);

  await everythingAgrees(app, launch.cursor, made);
  app.stop();
  proxy.close();
  await following;
  if (cut) assert.ok(app.replayed >= 5 && app.streams >= 5, `replayed ${app.replayed}, streams ${app.streams}`);
  console.log(`events=${app.events.length} replayed=${app.replayed} streams=${app.streams} cuts=${proxy.cuts}`);
}

/** What the stream told is what the delta tells: nothing is missing, and nothing stands twice. */
async function everythingAgrees(app: App, since: number, made: string[]) {
  const changes: components['schemas']['Change'][] = [];
  for (let cursor = since, more = true; more;) {
    const page = await app.get(() => app.client.GET('/api/sync', { params: { query: { since: cursor, limit: 5 } } }));
    assert.equal(page.reset, false);
    changes.push(...page.changes);
    [cursor, more] = [page.cursor, page.has_more];
  }
  assert.deepEqual(new Set(changes.filter((c) => c.entity === 'spool').map((c) => c.id)), new Set(made));
  for (const change of changes)
    await app.until(`${change.entity} ${change.id} ${change.seq}`, (e) => e.seq !== null && e.id === change.id
      && e.seq >= change.seq);
  const seen = app.events.filter((e) => e.entity !== 'feed').map((e) => `${e.entity} ${e.id} ${e.seq}`);
  assert.equal(new Set(seen).size, seen.length, 'an event came twice');
}

async function main([port, code, cut]: string[]) {
  const proxy = new Proxy(Number(port));
  await walk(proxy, await proxy.listen(), code, cut === 'cut');
  process.exit(0);
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exit(1);
});
