// A reader of cards written from FORMAT.md alone: cbor and base45 from npm, and what Node brings along. It is the second
// implementation that keeps the first one honest, and an example for a third.

const crypto = require("node:crypto");
const zlib = require("node:zlib");
const cbor = require("cbor");
const base45 = require("base45");

// A verdict that is not "valid".
class Refused extends Error {}

function refuse(verdict) {
  throw new Refused(verdict);
}

// Section 1: the 15 digits of a number, without spaces.
function isNumber(text) {
  if (!/^[2-9]\d{14}$/.test(text)) return false;
  const check = Number(text.slice(13));
  return check >= 2 && check <= 98 && BigInt(text) % 97n === 1n;
}

// Section 3: from the text of a QR to the COSE message.
function unpack(text) {
  if (Buffer.byteLength(text) > 4296) refuse("too large");
  text = text.replace(/^[\r\n\t]+|[\r\n\t]+$/g, "").replace(/[a-z]/g, (letter) => letter.toUpperCase());
  let packed;
  try {
    packed = Buffer.from(base45.decode(text));
  } catch {
    refuse("not a card");
  }
  if (Buffer.from(base45.encode(packed)).toString() !== text) refuse("not a card");
  try {
    const { buffer, engine } = zlib.inflateSync(packed, { maxOutputLength: 4096, info: true });
    if (engine.bytesWritten !== packed.length) refuse("not a card");
    return buffer;
  } catch (err) {
    refuse(err.code === "ERR_BUFFER_TOO_LARGE" ? "too large" : "not a card");
  }
}

// bytesAt reads a byte string with the shortest head, and returns it with the place behind it.
function bytesAt(message, at) {
  const first = message[at];
  let length, start;
  if (first >= 0x40 && first < 0x58) [length, start] = [first - 0x40, at + 1];
  else if (first === 0x58) [length, start] = [message[at + 1], at + 2];
  else if (first === 0x59 && at + 3 <= message.length) [length, start] = [message.readUInt16BE(at + 1), at + 3];
  else refuse("not a card");
  if ((first === 0x58 && length < 24) || (first === 0x59 && length < 256)) refuse("not a card");
  if (!(start + length <= message.length)) refuse("not a card");
  return [message.subarray(start, start + length), start + length];
}

// openMessage takes the one wrapping that a card has apart.
function openMessage(message) {
  if (message[0] !== 0xd2 || message[1] !== 0x84) refuse("not a card");
  const [header, afterHeader] = bytesAt(message, 2);
  if (message[afterHeader] !== 0xa0) refuse("not a card");
  const [claims, afterClaims] = bytesAt(message, afterHeader + 1);
  const [signature, end] = bytesAt(message, afterClaims);
  if (end !== message.length) refuse("not a card");
  return { header, claims, signature };
}

// decodeMap reads a map with definite lengths and no key twice.
function decodeMap(bytes) {
  let map;
  try {
    map = cbor.decodeFirstSync(bytes, { preventDuplicateKeys: true });
  } catch {
    refuse("not a card");
  }
  if (map === null || typeof map !== "object" || Array.isArray(map) || Buffer.isBuffer(map)) refuse("not a card");
  if (cbor.encodeOne(map, { canonical: true, highWaterMark: 65536 }).length !== bytes.length) refuse("not a card"); // longer heads, no lengths
  return map instanceof Map ? map : new Map(Object.entries(map));
}

const isText = (value) => typeof value === "string" && !/\p{Cc}/u.test(value);
const isTime = (value) => Number.isInteger(value) && value > 0 && value <= 253402300799;
const isLanguage = (value) => isText(value) && /^[a-z]{3}$/.test(value);

function isDay(value) {
  if (!isText(value) || !/^\d{8}$/.test(value)) return false;
  const iso = `${value.slice(0, 4)}-${value.slice(4, 6)}-${value.slice(6)}`;
  return !Number.isNaN(Date.parse(iso)) && new Date(iso).toISOString().startsWith(iso);
}

// content reads the claims of a card.
function content(bytes) {
  const claims = decodeMap(bytes);
  const identity = claims.get(169);
  if (!(identity instanceof Map)) refuse("not a card");
  const [issuer, expires, issued] = [claims.get(1), claims.get(4), claims.get(6)];
  const version = identity.get(2);
  const optional = (value, check) => value === undefined || check(value);
  const good =
    isText(issuer) && issuer.includes(":") &&
    isTime(issued) && optional(expires, (e) => isTime(e) && e > issued) &&
    isText(identity.get(1)) && isNumber(identity.get(1)) &&
    isText(version) && /^\d{1,4}$/.test(version) && Number(version) >= 1 &&
    isLanguage(identity.get(3)) &&
    isText(identity.get(4)) && identity.get(4).trim() !== "" &&
    optional(identity.get(8), isDay) &&
    optional(identity.get(9), (s) => [1, 2, 3].includes(s)) &&
    optional(identity.get(19), isText) && optional(identity.get(20), isLanguage) &&
    (identity.get(19) === undefined) === (identity.get(20) === undefined);
  if (!good) refuse("not a card");
  return { number: identity.get(1), issued, expires, claims };
}

const sha256 = (bytes) => crypto.createHash("sha256").update(bytes).digest();

function verifyEd25519(raw, message, signature) {
  const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), raw]); // RFC 8410
  return crypto.verify(null, message, crypto.createPublicKey({ key: der, format: "der", type: "spki" }), signature);
}

// Sections 5 and 6: what the lists of a trust file, which are verified already, say of a card at a time (in seconds).
function judge(lists, card, key, hash, now) {
  const seconds = (time) => Date.parse(time) / 1000;
  const accepted = (key.accepted ?? []).includes(hash);
  if (key.status === "lost" && !accepted) refuse("key lost");
  if (card.issued < seconds(key.valid_from) || (key.valid_to && card.issued > seconds(key.valid_to))) refuse("key expired");
  if (key.kind === "root") refuse("not allowed");
  if (key.kind === "device") {
    if (!card.expires || card.expires - card.issued > 366 * 86400) refuse("not allowed");
    const body = Number(card.number.slice(0, 13));
    const lease = lists.leases.find((l) => l.first <= body && body <= l.last);
    if (lease?.device_id !== key.device_id) refuse("outside the lease");
    if (lease.status === "void" && !accepted) refuse("outside the lease");
  }
  for (let i = 0; i < lists.revoked.length; i += 16) {
    if (hash.startsWith(lists.revoked.toString("hex", i, i + 16))) refuse("revoked");
  }
  if (card.issued > now + 86400) refuse("in the future");
  if (card.expires && now > card.expires) refuse("expired");
}

// verdict is what a reader says to the text of a QR: "valid", or a word of FORMAT.md, section 6.
function verdict(lists, text, now) {
  try {
    const message = unpack(text);
    const { header, claims, signature } = openMessage(message);
    const parameters = decodeMap(header);
    if (parameters.has(2)) refuse("not a card");
    if (parameters.get(1) !== -8) refuse("another algorithm");
    if (!Buffer.isBuffer(parameters.get(4)) || parameters.get(4).length !== 8) refuse("unknown key");
    if (signature.length !== 64) refuse("bad signature");
    const card = content(claims);
    const key = lists.keys.find((k) => k.kid === parameters.get(4).toString("hex"));
    if (!key) refuse("unknown key");
    const signed = cbor.encodeOne(["Signature1", header, Buffer.alloc(0), claims], { highWaterMark: 65536 });
    if (!verifyEd25519(Buffer.from(key.public_key, "base64"), signed, signature)) refuse("bad signature");
    judge(lists, card, key, sha256(message).toString("hex"), now);
    return "valid";
  } catch (err) {
    if (err instanceof Refused) return err.message;
    throw err;
  }
}

module.exports = { isNumber, verdict };
