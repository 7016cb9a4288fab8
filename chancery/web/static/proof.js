/* Checks an entry of the log in the browser: the leaf from the bytes, the root from the leaf, the signature of the checkpoint.
   It uses the browser's own hashing and Ed25519 and asks the server for nothing but the data. */
(() => {
  "use strict";
  const part = document.getElementById("prove");
  if (!part || !window.crypto?.subtle) return;
  const hex = (text) => Uint8Array.from(text.match(/../g) ?? [], (two) => parseInt(two, 16));
  const base64 = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
  const same = (a, b) => a.length === b.length && a.every((byte, n) => byte === b[n]);
  const sha256 = async (...parts) => {
    const whole = new Uint8Array(parts.reduce((sum, one) => sum + one.length, 0));
    let at = 0;
    for (const one of parts) { whole.set(one, at); at += one.length; }
    return new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
  };
  const int64 = (number) => {
    const bytes = new DataView(new ArrayBuffer(8));
    bytes.setBigInt64(0, BigInt(number));
    return new Uint8Array(bytes.buffer);
  };

  // RFC 9162, 2.1.3.2: from a leaf and its inclusion proof to the root.
  async function rootFrom(leaf, index, size, proof) {
    let [f, s, root] = [BigInt(index), BigInt(size) - 1n, leaf];
    for (const other of proof) {
      if (s === 0n) return null;
      if (f & 1n || f === s) {
        root = await sha256([1], other, root);
        while (!(f & 1n) && f !== 0n) { f >>= 1n; s >>= 1n; }
      } else root = await sha256([1], root, other);
      f >>= 1n;
      s >>= 1n;
    }
    return s === 0n ? root : null;
  }

  // C2SP signed notes: the text up to the blank line, then a line for each signature.
  function note(text) {
    const cut = text.lastIndexOf("\n\n");
    const signatures = text.slice(cut + 2).split("\n").filter(Boolean).map((line) => {
      const [, name, value] = line.match(/^\u2014 (\S+) (\S+)$/) ?? [];
      return value ? { name, bytes: base64(value) } : null;
    });
    return { text: text.slice(0, cut + 1), signatures: signatures.filter(Boolean) };
  }
  function verifier(vkey) {
    const [, name, hash, value] = vkey.match(/^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/) ?? [];
    if (!value) return null;
    const bytes = base64(value);
    return bytes[0] === 1 && bytes.length === 33 ? { name, hash: hex(hash), key: bytes.slice(1) } : null;
  }
  // true, false, or null where this browser knows no Ed25519.
  async function signedBy(found, vkey) {
    const known = verifier(vkey);
    const one = known && found.signatures.find((s) => s.name === known.name && same(s.bytes.slice(0, 4), known.hash));
    if (!one) return false;
    try {
      const key = await crypto.subtle.importKey("raw", known.key, "Ed25519", false, ["verify"]);
      return await crypto.subtle.verify("Ed25519", key, one.bytes.slice(4), new TextEncoder().encode(found.text));
    } catch { return null; }
  }

  async function check(known) {
    const answer = await fetch(part.dataset.proof, { credentials: "same-origin" });
    const data = await answer.json();
    const leaf = await sha256([0], int64(data.position), int64(data.recorded_us), base64(data.body));
    if (!same(leaf, hex(data.leaf))) return "bad";
    const found = note(data.checkpoint);
    const [origin, size, root] = found.text.split("\n");
    const made = await rootFrom(leaf, data.position - 1, data.size, data.proof.map(hex));
    if (!origin || Number(size) !== data.size || !made || !same(made, base64(root))) return "bad";
    const keys = known ? [known] : data.keys;
    const said = await Promise.all(keys.map((key) => signedBy(found, key)));
    if (said.includes(true)) return "good";
    return said.includes(null) ? "unsigned" : known ? "key" : "bad";
  }

  part.hidden = false;
  part.querySelector("button").addEventListener("click", async () => {
    const status = part.querySelector("[role=status]");
    let said = "bad";
    try { said = await check(part.querySelector("input").value.trim()); } catch { /* what cannot be read does not fit */ }
    status.textContent = (said === "good" || said === "unsigned" ? "✓ " : "✗ ") + part.dataset[said];
    status.dataset.said = said;
    status.className = said === "good" || said === "unsigned" ? "good" : "error";
  });
})();
