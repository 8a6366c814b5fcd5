// Checks vectors.json and hostile.json, and any QR texts on standard input, with none of our code: cbor and base45 from npm,
// and what Node brings along. Says on standard output what it checked; exits 1 at the first thing that does not hold.
//
//   npm install --prefix DIR cbor base45 @mosip/pixelpass
//   NODE_PATH=DIR/node_modules node verify.js vectors.json hostile.json < texts-signed-by-the-centre

const assert = require("node:assert/strict");
const crypto = require("node:crypto");
const fs = require("node:fs");
const zlib = require("node:zlib");
const cbor = require("cbor");
const base45 = require("base45");
const reader = require("./reader.js");

const hostile = JSON.parse(fs.readFileSync(process.argv[3], "utf8"));
const vectors = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const keys = new Map(vectors.keys.map((k) => [k.name, Buffer.from(k.public_key, "base64")]));

const sha256 = (...parts) => parts.reduce((h, p) => h.update(p), crypto.createHash("sha256")).digest();
const keyID = (raw) => sha256(raw).subarray(0, 8).toString("hex");

function verify(raw, message, signature) {
  const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), raw]); // RFC 8410
  return crypto.verify(null, message, crypto.createPublicKey({ key: der, format: "der", type: "spki" }), signature);
}

function verifyDetached(raw, domain, message, signature) {
  return verify(raw, Buffer.concat([Buffer.from(`sehat\0${domain}\0`), message]), signature);
}

// openCard returns the claims of a QR text signed by the key, and the COSE message.
function openCard(qr, raw) {
  const packed = base45.decode(qr);
  assert.equal((packed[2] >> 1) & 3, 1, "one block of fixed Huffman codes");
  const message = zlib.inflateSync(packed);
  const tagged = cbor.decodeFirstSync(message);
  assert.equal(tagged.tag, 18);
  const [protectedHeader, unprotected, payload, signature] = tagged.value;
  const header = cbor.decodeFirstSync(protectedHeader);
  assert.equal(header.get(1), -8);
  assert.equal(header.get(4).toString("hex"), keyID(raw));
  assert.equal(Object.keys(unprotected).length, 0);
  const signed = cbor.encodeOne(["Signature1", protectedHeader, Buffer.alloc(0), payload], { highWaterMark: 65536 });
  assert.ok(verify(raw, signed, signature), "signature");
  assert.ok(!verify(raw, Buffer.concat([signed, Buffer.from([0])]), signature), "signature of other bytes");
  return { claims: cbor.decodeFirstSync(payload), message, payload };
}

for (const n of vectors.numbers) {
  const check = 98n - ((BigInt(n.body) * 100n) % 97n);
  assert.equal(n.number, String(n.body) + String(check).padStart(2, "0"));
  assert.equal(BigInt(n.number) % 97n, 1n);
  assert.equal(n.printed.replaceAll(" ", ""), n.number);
}

for (const n of vectors.numbers) assert.ok(reader.isNumber(n.number));
for (const text of vectors.not_numbers) assert.ok(!reader.isNumber(text), text);

const [minBody, maxBody, width] = [2_000_000_000_000, 9_999_999_999_999, 50_000];
for (const l of vectors.leases) {
  assert.equal(l.first, Math.max(l.next, minBody));
  assert.equal(l.last, l.first + l.quota * width - 1);
  assert.ok(l.last <= maxBody);
}

for (const k of vectors.keys) {
  assert.equal(k.kid, keyID(keys.get(k.name)));
  const sum = BigInt("0x" + sha256("sehat fingerprint\0", keys.get(k.name)).toString("hex"));
  assert.equal(k.fingerprint.replaceAll(" ", ""), String(sum % 10n ** 30n).padStart(30, "0"));
}

for (const d of vectors.detached) {
  const signature = Buffer.from(d.signature, "base64");
  assert.ok(verifyDetached(keys.get(d.key), d.domain, Buffer.from(d.message), signature));
  assert.ok(!verifyDetached(keys.get(d.key), d.domain + "x", Buffer.from(d.message), signature));
}

const seconds = (t) => Date.parse(t) / 1000;
for (const c of vectors.credentials) {
  const { claims, message } = openCard(c.qr, keys.get(c.key));
  assert.equal(message.toString("hex"), c.cose);
  assert.equal(sha256(message).toString("hex"), c.hash);
  assert.equal(claims.get(1), c.issuer);
  assert.equal(claims.get(4), c.expires && seconds(c.expires));
  assert.equal(claims.get(6), seconds(c.issued));
  const want = { 1: c.number, 2: String(c.version), 3: c.language, 4: c.name, 8: c.birth, 9: c.sex, 19: c.second_name, 20: c.second_language };
  const identity = claims.get(169);
  for (const [key, value] of Object.entries(want)) assert.equal(identity.get(Number(key)), value, `attribute ${key}`);
  const clinical = claims.get("sehat");
  assert.equal(clinical?.get(1), c.blood_group);
  assert.equal(clinical?.get(2), c.allergies);
}

const open = (envelope, domain) => {
  assert.equal(envelope.sehat, domain);
  const payload = Buffer.from(envelope.payload, "base64");
  const [raw] = [...keys.values()].filter((k) => keyID(k) === envelope.kid);
  assert.ok(verifyDetached(raw, domain, payload, Buffer.from(envelope.signature, "base64")), domain);
  return JSON.parse(payload);
};
const list = open(vectors.trust.keys, "keys/1");
for (const k of list.keys) assert.equal(k.kid, keyID(Buffer.from(k.public_key, "base64")));
const leases = open(vectors.trust.leases, "leases/1");
const revocations = open(vectors.trust.revocations, "revocations/1");
const revoked = Buffer.from(revocations.hashes, "base64");
assert.equal(revoked.toString("hex"), vectors.credentials[2].hash.slice(0, 32));
assert.equal(Buffer.from(revocations.days, "base64").readUInt16BE(), (Date.parse("2026-11-09") - Date.parse("2000-01-01")) / 864e5);

const inOrder = (values, what) => values.forEach((v, i) => assert.ok(i === 0 || values[i - 1] < v, `${what} in order`));
inOrder(list.keys.map((k) => k.kid), "keys");
for (const k of list.keys) inOrder(k.accepted ?? [], "accepted");
leases.leases.forEach((l, i) => assert.ok(l.first <= l.last && (i === 0 || leases.leases[i - 1].last < l.first), "leases apart"));
assert.equal(revocations.days.length, Buffer.alloc(revoked.length / 8).toString("base64").length);

// The reader of FORMAT.md, section 6, with the root pinned.
const root = list.keys.find((k) => k.kind === "root");
assert.equal(root.kid, vectors.trust.keys.kid);
assert.equal(root.public_key, vectors.keys.find((k) => k.name === "root").public_key);
for (const e of [vectors.trust.leases, vectors.trust.revocations]) {
  const signer = list.keys.find((k) => k.kid === e.kid);
  const made = Date.parse(JSON.parse(Buffer.from(e.payload, "base64")).made_at);
  assert.ok(signer.kind === "centre" && signer.status !== "lost" && made >= Date.parse(signer.valid_from));
}
const lists = { keys: list.keys, leases: leases.leases, revoked };
for (const v of vectors.verdicts) assert.equal(reader.verdict(lists, v.qr, seconds(v.now)), v.verdict, v.case);
const now = seconds(vectors.verdicts[0].now);
for (const h of hostile) assert.equal(reader.verdict(lists, h.qr, now), h.verdict, h.case);

const texts = fs.readFileSync(0, "utf8").split("\n").filter((line) => line !== "");
for (const text of texts) {
  openCard(text, keys.get("centre"));
  assert.equal(reader.verdict(lists, text, now), "valid", text);
}

let decoded = "pixelpass is not installed";
try {
  require.resolve("@mosip/pixelpass");
  decoded = 0;
} catch {}
if (decoded === 0) {
  const pixelpass = require("@mosip/pixelpass");
  for (const text of vectors.credentials.map((c) => c.qr).concat(texts)) {
    const raw = keys.get(vectors.credentials.find((c) => c.qr === text)?.key ?? "centre");
    const { payload, claims } = openCard(text, raw);
    const said = JSON.parse(pixelpass.decode(text)); // the tag and its four parts
    assert.equal(said.tag, 18);
    assert.deepEqual(Buffer.from(said.value[2].data), payload);
    const names = pixelpass.decodeMappedData(payload, { 1: "issuer", 169: "identity" });
    assert.equal(names.issuer, claims.get(1));
    assert.equal(names.identity.get(4), claims.get(169).get(4));
    decoded++;
  }
  decoded += " read by pixelpass";
}

console.log(`${vectors.numbers.length} numbers, ${vectors.keys.length} keys, ${vectors.credentials.length} credentials, ` +
  `${list.keys.length} listed keys, ${leases.leases.length} leases, ${revoked.length / 16} revocations, ` +
  `${vectors.verdicts.length} verdicts, ${hostile.length} hostile texts, ${texts.length} more texts, ${decoded}`);
