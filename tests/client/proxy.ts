// A network that fails: forwards connections to the daemon until it is told to cut them.
import net from 'node:net';
import type { AddressInfo } from 'node:net';

export class Proxy {
  private readonly pairs = new Set<net.Socket>();
  private readonly server = net.createServer((client) => this.join(client));
  private loseAnswer = false;
  private down = false;
  cuts = 0;

  constructor(private readonly port: number) {}

  async listen(): Promise<string> {
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  private join(client: net.Socket) {
    if (this.down) {
      client.destroy();
      return;
    }
    const daemon = net.connect(this.port, '127.0.0.1');
    for (const [one, other] of [[client, daemon], [daemon, client]] as const) {
      this.pairs.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => { this.pairs.delete(one); other.destroy(); });
    }
    let writing = false;
    client.on('data', (bytes) => {
      const begin = bytes.toString('latin1', 0, 8);
      writing = /^(POST|PUT|PATCH|DELETE) /.test(begin) || (writing && !begin.startsWith('GET '));
      daemon.write(bytes);
    });
    daemon.on('data', (bytes) => this.answer(client, bytes, writing));
  }

  /** The answer of a write that is lost: the daemon did what it was asked for, and the client cannot know. */
  private answer(client: net.Socket, bytes: Buffer, writing: boolean) {
    if (this.loseAnswer && writing && bytes.toString('latin1', 0, 9) === 'HTTP/1.1 ') {
      this.loseAnswer = false;
      this.cut();
    } else client.write(bytes);
  }

  loseNextAnswer() { this.loseAnswer = true; }

  cut() {
    this.cuts++;
    for (const socket of this.pairs) socket.destroy();
  }

  goDown() { this.down = true; this.cut(); }

  comeUp() { this.down = false; }

  close() { this.down = true; this.cut(); this.server.close(); }
}
