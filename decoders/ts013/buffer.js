// The part of Node's Buffer that payload codecs use: a Uint8Array with readers, writers and text encodings.
(function () {
  'use strict';
  const DIGITS = '0123456789abcdef';
  const fail = (what) => { throw new RangeError(what + ' is out of range'); };

  function utf8Bytes(text) {
    const out = [];
    for (const sign of text) {
      const c = sign.codePointAt(0);
      if (c < 0x80) out.push(c);
      else if (c < 0x800) out.push(0xc0 | c >> 6, 0x80 | c & 63);
      else if (c < 0x10000) out.push(0xe0 | c >> 12, 0x80 | c >> 6 & 63, 0x80 | c & 63);
      else out.push(0xf0 | c >> 18, 0x80 | c >> 12 & 63, 0x80 | c >> 6 & 63, 0x80 | c & 63);
    }
    return out;
  }

  function utf8Text(bytes) {
    let text = '';
    for (let i = 0; i < bytes.length;) {
      const first = bytes[i++];
      const more = first < 0x80 ? 0 : first >= 0xc2 && first < 0xe0 ? 1 : first >= 0xe0 && first < 0xf0 ? 2
        : first >= 0xf0 && first < 0xf5 ? 3 : -1;
      let c = more > 0 ? first & 0x3f >> more : first;
      let n = 0;
      while (n < more && i + n < bytes.length && (bytes[i + n] & 0xc0) === 0x80) c = c << 6 | bytes[i + n++] & 63;
      const least = [0, 0x80, 0x800, 0x10000][more];
      if (more < 0 || n < more || c < least || c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) { text += '\ufffd'; continue; }
      i += n;
      text += String.fromCodePoint(c);
    }
    return text;
  }

  const plain = (encoding) => String(encoding === undefined ? 'utf8' : encoding).toLowerCase().replace('-', '');

  function encode(text, encoding) {
    switch (plain(encoding)) {
      case 'utf8': return utf8Bytes(text);
      case 'hex': {
        const out = [];
        for (let i = 0; i + 1 < text.length; i += 2) {
          const pair = text.slice(i, i + 2);
          if (!/^[0-9a-f]{2}$/i.test(pair)) break;
          out.push(parseInt(pair, 16));
        }
        return out;
      }
      case 'ascii': case 'latin1': case 'binary': return Array.from(text, (sign) => sign.charCodeAt(0) & 255);
      case 'base64': case 'base64url': {
        const clean = text.replace(/-/g, '+').replace(/_/g, '/').replace(/[^A-Za-z0-9+/]/g, '');
        return Array.from(atob(clean.length % 4 === 1 ? clean.slice(0, -1) : clean), (sign) => sign.charCodeAt(0));
      }
      case 'utf16le': case 'ucs2': {
        const out = [];
        for (let i = 0; i < text.length; i++) out.push(text.charCodeAt(i) & 255, text.charCodeAt(i) >> 8);
        return out;
      }
      default: throw new TypeError('Unknown encoding: ' + encoding);
    }
  }

  function decode(bytes, encoding) {
    let text = '';
    switch (plain(encoding)) {
      case 'utf8': return utf8Text(bytes);
      case 'hex':
        for (let i = 0; i < bytes.length; i++) text += DIGITS[bytes[i] >> 4] + DIGITS[bytes[i] & 15];
        return text;
      case 'ascii':
        for (let i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i] & 127);
        return text;
      case 'latin1': case 'binary': case 'base64': case 'base64url': {
        for (let i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i]);
        const kind = plain(encoding);
        if (!kind.startsWith('base64')) return text;
        text = btoa(text);
        return kind === 'base64' ? text : text.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
      }
      case 'utf16le': case 'ucs2':
        for (let i = 0; i + 1 < bytes.length; i += 2) text += String.fromCharCode(bytes[i] | bytes[i + 1] << 8);
        return text;
      default: throw new TypeError('Unknown encoding: ' + encoding);
    }
  }

  class Buffer extends Uint8Array {
    static from(value, encoding, length) {
      if (typeof value === 'string') return new Buffer(encode(value, encoding));
      if (value instanceof ArrayBuffer) return new Buffer(value, encoding, length);
      if (value && value.type === 'Buffer' && Array.isArray(value.data)) return new Buffer(value.data);
      if (value === null || typeof value !== 'object') throw new TypeError('Buffer.from needs a string or an array');
      return new Buffer(Array.from(value));
    }
    static alloc(size, fill, encoding) {
      const made = new Buffer(size);
      return fill === undefined ? made : made.fill(fill, 0, size, encoding);
    }
    static allocUnsafe(size) { return new Buffer(size); }
    static isBuffer(value) { return value instanceof Buffer; }
    static isEncoding(name) {
      return /^(utf-?8|hex|ascii|latin1|binary|base64(url)?|utf-?16le|ucs-?2)$/i.test(String(name));
    }
    static byteLength(value, encoding) { return typeof value === 'string' ? encode(value, encoding).length : value.byteLength; }
    static concat(list, total) {
      const length = total === undefined ? list.reduce((sum, part) => sum + part.length, 0) : total;
      const made = new Buffer(length);
      let at = 0;
      for (const part of list) {
        if (at >= length) break;
        made.set(part.length > length - at ? part.slice(0, length - at) : part, at);
        at += part.length;
      }
      return made;
    }
    static compare(a, b) {
      for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1;
      return Math.sign(a.length - b.length);
    }
    slice(start, end) { return this.subarray(start, end); }
    equals(other) { return Buffer.compare(this, other) === 0; }
    compare(other) { return Buffer.compare(this, other); }
    toString(encoding, start, end) {
      return decode(start === undefined && end === undefined ? this : this.subarray(start, end), encoding);
    }
    toJSON() { return { type: 'Buffer', data: Array.from(this) }; }
    copy(target, at, start, end) {
      let part = this.subarray(start || 0, end);
      const room = target.length - (at || 0);
      if (part.length > room) part = part.subarray(0, Math.max(room, 0));
      target.set(part, at || 0);
      return part.length;
    }
    fill(value, start, end, encoding) {
      if (typeof value !== 'string') return super.fill(value, start, end);
      const pattern = encode(value, encoding);
      const stop = end === undefined ? this.length : end;
      for (let i = start || 0, n = 0; i < stop && pattern.length; i++, n++) this[i] = pattern[n % pattern.length];
      return this;
    }
    write(text, at, length, encoding) {
      if (typeof at === 'string') { encoding = at; at = 0; length = undefined; }
      else if (typeof length === 'string') { encoding = length; length = undefined; }
      at = at || 0;
      const bytes = encode(text, encoding).slice(0, Math.min(length === undefined ? Infinity : length, this.length - at));
      this.set(bytes, at);
      return bytes.length;
    }
    swap16() {
      for (let i = 0; i + 1 < this.length; i += 2) { const low = this[i]; this[i] = this[i + 1]; this[i + 1] = low; }
      return this;
    }
    readUIntBE(at, size) {
      if (!(at >= 0 && size >= 1 && size <= 6 && at + size <= this.length)) fail('offset');
      let value = 0;
      for (let i = 0; i < size; i++) value = value * 256 + this[at + i];
      return value;
    }
    readUIntLE(at, size) {
      if (!(at >= 0 && size >= 1 && size <= 6 && at + size <= this.length)) fail('offset');
      let value = 0;
      for (let i = size - 1; i >= 0; i--) value = value * 256 + this[at + i];
      return value;
    }
    readIntBE(at, size) {
      const value = this.readUIntBE(at, size), limit = 2 ** (8 * size);
      return value >= limit / 2 ? value - limit : value;
    }
    readIntLE(at, size) {
      const value = this.readUIntLE(at, size), limit = 2 ** (8 * size);
      return value >= limit / 2 ? value - limit : value;
    }
    writeUIntBE(value, at, size) { return put(this, value, at, size, 0, 2 ** (8 * size) - 1, false); }
    writeUIntLE(value, at, size) { return put(this, value, at, size, 0, 2 ** (8 * size) - 1, true); }
    writeIntBE(value, at, size) { return put(this, value, at, size, -(2 ** (8 * size - 1)), 2 ** (8 * size - 1) - 1, false); }
    writeIntLE(value, at, size) { return put(this, value, at, size, -(2 ** (8 * size - 1)), 2 ** (8 * size - 1) - 1, true); }
  }

  function put(buffer, value, at, size, least, most, little) {
    at = at || 0;
    if (!(at >= 0 && at + size <= buffer.length)) fail('offset');
    value = Math.trunc(Number(value));
    if (!(value >= least && value <= most)) fail('value');
    if (value < 0) value += 2 ** (8 * size);
    for (let i = 0; i < size; i++) {
      buffer[little ? at + i : at + size - 1 - i] = value % 256;
      value = Math.floor(value / 256);
    }
    return at + size;
  }

  const proto = Buffer.prototype;
  const add = (name, value) => Object.defineProperty(proto, name, { value, writable: true, configurable: true });
  for (const [bits, kinds] of [[8, ['']], [16, ['LE', 'BE']], [32, ['LE', 'BE']]]) {
    for (const kind of kinds) {
      const size = bits / 8, order = kind || 'BE';
      for (const word of ['UInt', 'Uint', 'Int']) {
        const whole = word === 'Int' ? 'Int' : 'UInt';
        const read = proto['read' + whole + order], write = proto['write' + whole + order];
        add('read' + word + bits + kind, function (at) { return read.call(this, at === undefined ? 0 : at, size); });
        add('write' + word + bits + kind, function (value, at) { return write.call(this, value, at, size); });
      }
    }
  }
  for (const order of ['LE', 'BE']) {
    const little = order === 'LE';
    const view = (buffer) => new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    for (const [name, type, size] of [['Float', 'Float32', 4], ['Double', 'Float64', 8], ['BigInt64', 'BigInt64', 8],
      ['BigUInt64', 'BigUint64', 8], ['BigUint64', 'BigUint64', 8]]) {
      add('read' + name + order, function (at) {
        if ((at || 0) + size > this.length) fail('offset');
        return view(this)['get' + type](at || 0, little);
      });
      add('write' + name + order, function (value, at) {
        if ((at || 0) + size > this.length) fail('offset');
        view(this)['set' + type](at || 0, value, little);
        return (at || 0) + size;
      });
    }
    for (const word of ['Uint', 'UInt']) {
      add('read' + word + order, proto['readUInt' + order]);
      add('write' + word + order, proto['writeUInt' + order]);
    }
  }
  return Buffer;
})()
