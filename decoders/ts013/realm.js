// The world a codec lives in. Everything here is evaluated before the codec; what it needs later it takes now.
//
// A codec's source becomes the body of a function that is called anew for every uplink: its top-level variables begin
// afresh each time. What is shared between calls (the language's own objects) is frozen; globals that sloppy code
// makes by assigning are removed after the call.
(function (G, Buffer) {
  'use strict';
  const { parse, stringify } = JSON;
  const { ownKeys, getOwnPropertyDescriptor, getPrototypeOf, preventExtensions, isExtensible, apply } = Reflect;
  const define = Reflect.defineProperty, remove = Reflect.deleteProperty;
  const { isArray } = Array;
  const { is: same, keys, freeze } = Object;
  const { isView } = ArrayBuffer;
  const RealDate = Date, RealString = String, RealError = Error, Internal = InternalError, RealPromise = Promise;
  const then = getPrototypeOf(async function () {}()).then;
  const { slice } = String.prototype, { join } = Array.prototype;
  const flat = (...parts) => apply(join, parts, ['']); // what `+` makes may be a rope, which cannot leave the engine
  const has = Object.prototype.hasOwnProperty;
  const MAX_LINES = 100, MAX_LINE = 1000, MAX_DEPTH = 64, MAX_LENGTH = 1e7;

  for (const name of ['SharedArrayBuffer', 'Atomics', 'WeakRef', 'FinalizationRegistry', 'performance', 'DOMException',
    'DisposableStack', 'AsyncDisposableStack', 'SuppressedError', 'queueMicrotask']) remove(G, name);

  // Console: kept, bounded, handed out with the result.
  let lines = [];
  const show = (value) => {
    try { return typeof value === 'string' ? value : stringify(value) || RealString(value); } catch { /* BigInt, a cycle */ }
    try { return RealString(value); } catch { return '?'; }
  };
  const print = (...words) => {
    if (lines.length >= MAX_LINES) return;
    let line = '';
    for (let i = 0; i < words.length && line.length < MAX_LINE; i++) line += (i ? ' ' : '') + show(words[i]);
    lines[lines.length] = apply(slice, line, [0, MAX_LINE]);
  };
  const console = {};
  for (const name of ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir', 'table']) console[name] = print;
  for (const name of ['assert', 'time', 'timeEnd', 'group', 'groupEnd', 'clear', 'count']) console[name] = () => {};
  const give = (name, value) => define(G, name, { value, writable: true, configurable: true, enumerable: false });
  give('console', console);
  give('Buffer', Buffer);

  // The global object stays open for the variables that sloppy code forgets to declare, and for nothing else.
  const guard = (holder, name) => {
    const original = holder[name];
    define(holder, name, {
      value: { [name](target, ...rest) {
        if (target === G) throw new TypeError('the global object cannot be changed like this');
        return apply(original, undefined, [target, ...rest]);
      } }[name],
      writable: true, configurable: true, enumerable: false,
    });
  };
  for (const name of ['defineProperty', 'defineProperties', 'setPrototypeOf', 'freeze', 'seal', 'preventExtensions']) {
    guard(Object, name);
    if (has.call(Reflect, name)) guard(Reflect, name);
  }
  for (const name of ['__proto__', '__defineGetter__', '__defineSetter__']) {
    const own = getOwnPropertyDescriptor(Object.prototype, name);
    if (!own) continue;
    const wrap = (f) => f && function (...rest) {
      if (this === undefined || this === G) throw new TypeError('the global object cannot be changed like this');
      return apply(f, this, rest);
    };
    if (own.set) own.set = wrap(own.set); else own.value = wrap(own.value);
    define(Object.prototype, name, own);
  }

  // Methods that walk to an array's length without looking at the clock: `new Array(4e9).join()` would take minutes.
  const measure = (value) => {
    if (value !== null && typeof value === 'object' && value.length > MAX_LENGTH) {
      throw new RangeError('an array of more than ' + MAX_LENGTH + ' items');
    }
  };
  for (const name of ['join', 'toString', 'toLocaleString', 'shift', 'unshift', 'reverse', 'sort', 'splice', 'slice',
    'concat', 'copyWithin', 'flat', 'flatMap', 'toSorted', 'toReversed', 'toSpliced', 'with']) {
    const original = Array.prototype[name];
    if (!original) continue;
    const spreads = name === 'concat';
    define(Array.prototype, name, {
      value: { [name]() {
        measure(this);
        if (spreads) for (let i = 0; i < arguments.length; i++) measure(arguments[i]);
        return apply(original, this, arguments);
      } }[name],
      writable: true, configurable: true, enumerable: false,
    });
  }

  // Every object of the language that a codec can reach, as it is now.
  const everything = () => {
    const seen = new Set(), waiting = [G, function* () {}, async function () {}, async function* () {},
      [][Symbol.iterator](), ''[Symbol.iterator](), new Map().entries(), new Set().entries(), /x/g[Symbol.matchAll](''),
      (function* () {})(), (async function* () {})(), new Uint8Array().entries(), [].values().map((x) => x)];
    const visit = (value) => {
      if (value !== null && (typeof value === 'object' || typeof value === 'function') && !seen.has(value)) {
        seen.add(value);
        waiting.push(value);
      }
    };
    const found = [];
    while (waiting.length) {
      const object = waiting.pop(), proto = getPrototypeOf(object), own = new Map();
      visit(proto);
      for (const key of ownKeys(object)) {
        const descriptor = getOwnPropertyDescriptor(object, key);
        own.set(key, descriptor);
        if ('value' in descriptor) visit(descriptor.value);
        else { visit(descriptor.get); visit(descriptor.set); }
      }
      if (object !== G) found.push({ object, own, proto, extensible: isExtensible(object) });
    }
    return found;
  };

  // What the source itself changed of the language ("polyfills"), put back as it was: [object, key, descriptor].
  const changes = (before) => {
    const found = [];
    for (const { object, own, proto, extensible } of before) {
      if (getPrototypeOf(object) !== proto || isExtensible(object) !== extensible) throw new TypeError('the codec changes the language itself');
      for (const key of ownKeys(object)) {
        const was = own.get(key), is = getOwnPropertyDescriptor(object, key);
        if (was && same(was.value, is.value) && was.get === is.get && was.set === is.set) continue;
        const back = was || { value: undefined, writable: true, configurable: true, enumerable: is.enumerable };
        if (!define(object, key, back)) throw new TypeError('the codec changes the language itself');
        found[found.length] = [object, key, back];
      }
      for (const [key, was] of own) {
        if (!getOwnPropertyDescriptor(object, key)) {
          define(object, key, was);
          found[found.length] = [object, key, was];
        }
      }
    }
    return found;
  };

  // Own properties that are commonly set on plain objects though a frozen prototype has them ("override mistake").
  const open = (holder, names, except) => {
    for (const name of names) {
      const own = getOwnPropertyDescriptor(holder, name);
      if (!own || !('value' in own) || !own.configurable || except(holder, name)) continue;
      const { value } = own;
      define(holder, name, {
        get: { get() { return value; } }.get,
        set: { set(given) {
          if (this === holder) return;
          define(this, name, { value: given, writable: true, configurable: true, enumerable: true });
        } }.set,
        configurable: false, enumerable: false,
      });
    }
  };

  const close = (world, patched) => {
    const left = (object, key) => patched.some((change) => change[0] === object && change[1] === key);
    open(Object.prototype, ['constructor', 'toString', 'valueOf', 'toLocaleString', 'hasOwnProperty', 'isPrototypeOf',
      'propertyIsEnumerable'], left);
    open(Function.prototype, ['constructor', 'toString', 'call', 'apply', 'bind'], left);
    for (const kind of [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError]) {
      open(kind.prototype, ['constructor', 'name', 'message', 'toString'], left);
    }
    for (const { object } of world) {
      if (isView(object)) continue;
      if (!patched.some((change) => change[0] === object)) { freeze(object); continue; }
      for (const key of ownKeys(object)) {
        const own = getOwnPropertyDescriptor(object, key);
        if (left(object, key)) continue;
        define(object, key, 'value' in own ? { writable: false, configurable: false } : { configurable: false });
      }
      preventExtensions(object);
    }
    for (const key of ownKeys(G)) define(G, key, { writable: false, configurable: false });
  };

  const words = (error) => {
    try {
      if (error instanceof RealError) return RealString(error.name) + ': ' + RealString(error.message);
      return RealString(error);
    } catch { return 'an error without words'; }
  };

  // Values that JSON does not know: the slow way, taken only when the quick one fails.
  const plain = (value, above) => {
    if (typeof value === 'bigint') {
      return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : RealString(value);
    }
    if (value === null || typeof value !== 'object') return value;
    if (above.includes(value)) return null;
    if (above.length >= MAX_DEPTH) throw new RangeError('the result is nested too deeply');
    if (typeof value.toJSON === 'function') return plain(value.toJSON(), [...above, value]);
    const inner = [...above, value];
    if (isArray(value)) return value.map((item) => plain(item, inner));
    const out = {};
    for (const key of keys(value)) define(out, key, { value: plain(value[key], inner), writable: true, enumerable: true, configurable: true });
    return out;
  };

  const json = (value) => {
    let text;
    try { text = stringify(value); } catch (error) {
      if (!(error instanceof TypeError) && !(error instanceof RangeError)) throw error;
      text = stringify(plain(value, []));
    }
    return text === undefined ? 'null' : text;
  };

  const fulfilled = (value) => value !== null && typeof value === 'object' && value instanceof RealPromise;

  // Where a codec keeps its functions: top level, module.exports, its default export or "codec"/"driver", the globals.
  const finder = (names, found, exports) => {
    const ways = {};
    names.forEach((name, index) => {
      if (typeof found[index] === 'function') { ways[name] = (top) => top[index]; return; }
      const nests = [(m) => m, (m) => m.default, (m) => m.codec, (m) => m.driver, (m) => m.default && m.default.default];
      for (const nest of nests) {
        const holder = nest(exports);
        if (holder && typeof holder[name] === 'function') { ways[name] = (_, m) => nest(m)[name]; return; }
      }
      if (typeof G[name] === 'function' && !own0.has(name)) ways[name] = () => G[name];
    });
    for (const way of [(m) => m, (m) => m.default]) {
      if (!keys(ways).length && typeof way(exports) === 'function') ways.decodeUplink = (_, m) => way(m);
    }
    return ways;
  };
  const own0 = new Set(ownKeys(G));

  const tidy = () => { for (const name in G) if (!remove(G, name)) throw new Internal('a global cannot be removed'); };

  // `once`: nothing is frozen, and the world ends after one call; for codecs that change the language while they run.
  return function (make, names, most, once) {
    const before = once ? [] : everything();
    let module = { exports: {} };
    const first = make(module, module.exports);
    const ways = finder(names, first, module.exports);
    const patched = changes(before);
    if (!once) {
      tidy();
      close(before, patched);
    }
    lines = [];

    const begin = () => {
      if (once) return first;
      for (let i = 0; i < patched.length; i++) {
        const [object, key, was] = patched[i];
        if (!define(object, key, was)) throw new Internal('the codec changes the language itself');
      }
      lines = [];
      module = { exports: {} };
      return make(module, module.exports);
    };
    const end = (value) => {
      if (fulfilled(value)) return 'P';
      const text = json(value);
      if (!once) tidy();
      if (text.length > most) return 'L';
      return lines.length ? flat('R', text, '\n', stringify(lines)) : flat('R', text);
    };
    const trouble = (error) => {
      if (error === null) return 'I"out of memory"'; // there was none left for an error
      const text = flat(error instanceof Internal ? 'I' : 'E', stringify(apply(slice, words(error), [0, 500])));
      if (!once) tidy();
      return lines.length ? flat(text, '\n', stringify(lines)) : text;
    };
    const decoding = ways.decodeUplink
      ? (top, bytes, fPort, at) => {
        const recvTime = new RealDate(at);
        return apply(ways.decodeUplink(top, module.exports), undefined, [{ bytes, fPort, recvTime, variables: {} }]);
      }
      : ways.Decode
        ? (top, bytes, port) => ({ data: apply(ways.Decode(top, module.exports), undefined, [port, bytes, {}]) })
        : ways.Decoder && ((top, bytes, port) => {
          let data = apply(ways.Decoder(top, module.exports), undefined, [bytes, port, {}]);
          if (ways.Converter) data = apply(ways.Converter(top, module.exports), undefined, [data, port]);
          if (ways.Validator && !apply(ways.Validator(top, module.exports), undefined, [data, port])) {
            return { errors: ['the codec calls its own result invalid'] };
          }
          return { data };
        });
    const decode = (text, port, at) => {
      try { return end(decoding(begin(), parse(text), port, at)); } catch (error) { return trouble(error); }
    };
    const call = (name, text) => {
      try {
        const top = begin();
        if (ways[name]) return end(apply(ways[name](top, module.exports), undefined, [parse(text)]));
        const old = { encodeDownlink: ways.Encode || ways.Encoder }[name];
        const { data, fPort } = parse(text);
        return end({ fPort: fPort || 1, bytes: apply(old(top, module.exports), undefined,
          ways.Encode ? [fPort || 1, data, {}] : [data, fPort || 1]) });
      } catch (error) { return trouble(error); }
    };
    const offers = [decoding ? 'decodeUplink' : '', ways.normalizeUplink ? 'normalizeUplink' : '',
      ways.encodeDownlink || ways.Encode || ways.Encoder ? 'encodeDownlink' : '',
      ways.decodeDownlink ? 'decodeDownlink' : ''].filter((name) => name);
    return (name, text, port, at) => (name === '' ? decode(text, port, at) : name === '?' ? stringify(offers) : call(name, text));
  };
})
