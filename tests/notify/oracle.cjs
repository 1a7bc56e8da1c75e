// node oracle.cjs vapid|apns|encrypt: reads with node's crypto, and with http_ece by an author of RFC 8188 and 8291, what
// $PRINT_PUSH writes. Prints how much of it was right, and fails at the first that is not.
const assert = require('assert');
const crypto = require('crypto');
const { execFileSync } = require('child_process');
const ece = require('http_ece');

const RECORD_TAG = 16;
const SIZES = [0, 1, 41, 1000, 3992, 3993];

function printed(args, input = '') {
  return execFileSync(process.env.PRINT_PUSH, args, { input, stdio: ['pipe', 'pipe', 'pipe'] });
}

function refused(args, input) {
  assert.throws(() => printed(args, input), (error) => error.status === 1 && /^print_push: ./.test(error.stderr));
}

// RFC 7515: three parts, and a signature over the first two as they stand.
function verified(token, key) {
  assert.match(token, /^[\w-]+\.[\w-]+\.[\w-]{86}$/);
  const [header, claims, signature] = token.split('.');
  const holds = (text) => crypto.verify('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'));
  assert(holds(`${header}.${claims}`), 'the signature does not fit');
  assert(!holds(`${header}.${claims}A`), 'the signature fits everything');
  return [header, claims].map((part) => JSON.parse(Buffer.from(part, 'base64url')));
}

// As a push service makes a key of `k` (RFC 8292 3.2): the point alone.
function keyOfPoint(text) {
  const point = Buffer.from(text, 'base64url');
  assert.strictEqual(point.length, 65);
  assert.strictEqual(point[0], 4);
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((number) => number.toString('base64url'));
  return crypto.createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
}

function vapid() {
  const [aud, sub, exp] = ['https://push.example.net', 'mailto:who@example.org', 1790000000];
  const made = JSON.parse(printed(['vapid', aud, sub, `${exp}999`]));
  const key = keyOfPoint(made.public);
  assert(crypto.createPublicKey(made.pem).equals(key), 'the PEM holds another key');
  assert.deepStrictEqual(verified(made.token, key), [{ typ: 'JWT', alg: 'ES256' }, { aud, exp, sub }]);
  refused(['vapid', aud, 'who@example.org', `${exp}999`]);
  return 1;
}

function apns() {
  const [kid, iss, iat] = ['ABC123DEFG', 'DEF123GHIJ', 1790000000];
  const make = (type, options = {}) => crypto.generateKeyPairSync(type, options);
  for (const type of ['pkcs8', 'sec1']) {
    const { privateKey, publicKey } = make('ec', { namedCurve: 'P-256' });
    const token = printed(['apns', kid, iss, `${iat}000`], privateKey.export({ type, format: 'pem' })).toString();
    assert.deepStrictEqual(verified(token, publicKey), [{ alg: 'ES256', kid }, { iss, iat }]);
  }
  for (const other of [make('ec', { namedCurve: 'P-521' }), make('ed25519')])
    refused(['apns', kid, iss, `${iat}000`], other.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return 2;
}

// The reader's side of RFC 8291, written from its section 3.4 (summary) and RFC 8188, section 2.
function decrypted(body, browser, auth) {
  const [salt, size, idLength] = [body.subarray(0, 16), body.readUInt32BE(16), body[20]];
  const [sender, record] = [body.subarray(21, 21 + idLength), body.subarray(21 + idLength)];
  assert(record.length <= size, 'more than one record');
  const derive = (secret, with_, info, length) => Buffer.from(crypto.hkdfSync('sha256', secret, with_, info, length));
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), browser.getPublicKey(), sender]);
  const input = derive(browser.computeSecret(sender), auth, info, 32);
  const key = derive(input, salt, 'Content-Encoding: aes128gcm\0', 16);
  const nonce = derive(input, salt, 'Content-Encoding: nonce\0', 12);
  const cipher = crypto.createDecipheriv('aes-128-gcm', key, nonce).setAuthTag(record.subarray(-RECORD_TAG));
  const padded = Buffer.concat([cipher.update(record.subarray(0, -RECORD_TAG)), cipher.final()]);
  const end = padded.findLastIndex((byte) => byte !== 0);
  assert.strictEqual(padded[end], 2, 'the last record ends with 2 (and zeros)');
  return padded.subarray(0, end);
}

function encrypt() {
  for (const size of SIZES) {
    const browser = crypto.createECDH('prime256v1');
    browser.generateKeys();
    const auth = crypto.randomBytes(16);
    const message = crypto.randomBytes(size);
    const body = printed(['encrypt', browser.getPublicKey('base64url'), auth.toString('base64url')], message);
    assert(body.length <= 4096);
    assert(decrypted(body, browser, auth).equals(message), `${size} bytes by hand`);
    const key = { version: 'aes128gcm', privateKey: browser, authSecret: auth.toString('base64url') };
    assert(ece.decrypt(body, key).equals(message), `${size} bytes by http_ece`);
    assert.throws(() => decrypted(body, browser, crypto.randomBytes(16)));
  }
  const browser = crypto.createECDH('prime256v1');
  const point = browser.generateKeys('base64url');
  refused(['encrypt', point, 'AAAAAAAAAAAAAAAAAAAAAA'], crypto.randomBytes(3994));
  refused(['encrypt', browser.getPublicKey('base64url', 'compressed'), 'AAAAAAAAAAAAAAAAAAAAAA'], 'text');
  return SIZES.length;
}

console.log({ vapid, apns, encrypt }[process.argv[2]]());
