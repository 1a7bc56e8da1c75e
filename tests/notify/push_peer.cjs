// node push_peer.cjs apns|webpush CERTIFICATE KEY [PUBLIC_KEY]: a push service on a free port of 127.0.0.1.
// Prints a line of JSON for its port, for each request that it verified and read (with node's crypto and http_ece), and for
// each subscription. Reads lines of JSON: {"answer": {status, headers, body, act}} for one request to come, where act is
// reset, goaway, cut or a number of ms to wait; {"subscribe": name, "key": applicationServerKey}.
const assert = require('assert');
const crypto = require('crypto');
const fs = require('fs');
const http2 = require('http2');
const https = require('https');
const readline = require('readline');
const ece = require('http_ece');

const [kind, certificate, keyFile, publicKey] = process.argv.slice(2);
const TLS = { cert: fs.readFileSync(certificate), key: fs.readFileSync(keyFile) };
const answers = [];
const browsers = new Map();
const connections = new Map();
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

function connection(socket) {
  if (!connections.has(socket)) connections.set(socket, connections.size + 1);
  return connections.get(socket);
}

// RFC 7515 with ES256: the claims of a token whose signature fits.
function claimsOf(token, key) {
  const [header, claims, signature] = token.split('.');
  const fits = crypto.verify('sha256', Buffer.from(`${header}.${claims}`), { key, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'));
  assert(fits, 'the signature does not fit');
  return { header: JSON.parse(Buffer.from(header, 'base64url')), claims: JSON.parse(Buffer.from(claims, 'base64url')) };
}

function keyOfPoint(text) {
  const point = Buffer.from(text, 'base64url');
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((number) => number.toString('base64url'));
  return crypto.createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
}

function readApns(path, headers, body) {
  const token = /^bearer (.+)$/.exec(headers.authorization)[1];
  return { ...claimsOf(token, fs.readFileSync(publicKey)), token, size: body.length, payload: JSON.parse(body) };
}

function readWebPush(path, headers, body) {
  const browser = browsers.get(path.split('/').pop());
  const [, token, key] = /^vapid t=([^,]+), k=(.+)$/.exec(headers.authorization);
  assert.strictEqual(key, browser.key, 'another key than the browser subscribed with');
  assert.strictEqual(headers['content-encoding'], 'aes128gcm');
  const plain = ece.decrypt(body, { version: 'aes128gcm', privateKey: browser.pair, authSecret: browser.auth });
  return { ...claimsOf(token, keyOfPoint(key)), token, size: body.length, payload: JSON.parse(plain) };
}

function note(socket, path, headers, body) {
  const read = { apns: readApns, webpush: readWebPush }[kind];
  let told;
  try {
    told = read(path, headers, body);
  } catch (error) {
    told = { fault: String(error.stack) };
  }
  say({ post: { path, headers, connection: connection(socket), at: Date.now(), ...told } });
}

function whole(stream, then) {
  const parts = [];
  stream.on('data', (part) => parts.push(part));
  stream.on('end', () => then(Buffer.concat(parts)));
}

function next() {
  return { status: kind === 'apns' ? 200 : 201, headers: {}, body: '', act: 0, ...answers.shift() };
}

function onStream(stream, headers) {
  stream.on('error', () => {}); // of a reset, which is ours
  whole(stream, (body) => {
    const { status, headers: more, body: text, act } = next();
    note(stream.session.socket, headers[':path'], { ...headers }, body);
    if (act === 'reset') return stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR);
    if (act === 'cut') return stream.session.destroy();
    if (act === 'goaway') stream.session.goaway(0);
    return setTimeout(() => {
      stream.respond({ ':status': status, 'apns-id': headers['apns-id'], ...more });
      stream.end(text);
    }, Number(act) || 0);
  });
}

function onRequest(request, response) {
  whole(request, (body) => {
    const { status, headers, body: text, act } = next();
    note(request.socket, request.url, request.headers, body);
    if (act === 'cut') return request.socket.destroy();
    return setTimeout(() => response.writeHead(status, headers).end(text), Number(act) || 0);
  });
}

function subscribe(name, key) {
  const pair = crypto.createECDH('prime256v1');
  const p256dh = pair.generateKeys('base64url');
  const auth = crypto.randomBytes(16).toString('base64url');
  browsers.set(name, { pair, auth, key });
  say({ subscription: { endpoint: `https://127.0.0.1:${server.address().port}/send/${name}`, p256dh, auth } });
}

const server = kind === 'apns' ? http2.createSecureServer(TLS).on('stream', onStream) : https.createServer(TLS, onRequest);
server.listen(0, '127.0.0.1', () => say({ port: server.address().port }));
readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const order = JSON.parse(line);
  if (order.answer) answers.push(order.answer);
  if (order.subscribe) subscribe(order.subscribe, order.key);
  if (order.answer) say({ ready: answers.length });
});
