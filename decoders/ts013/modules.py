"""ES modules as function bodies: `export` is taken off, what was exported is noted at the end.

The engine has modules of its own, but a module is evaluated once and keeps its variables; a function body can be
called anew for every uplink. Only as much of the language is read here as is needed to find `export` and `import` at
the top level: strings, templates, comments, regular expressions and brackets.
"""

from __future__ import annotations

import re

from decoders.kit import DecodeError

_TOKEN = re.compile(
    r"""
    (?P<space>\s+|//[^\n\r\u2028\u2029]*|/\*[\s\S]*?\*/)
  | (?P<string>"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*')
  | (?P<word>[A-Za-z_$\u0080-\uffff][\w$]*)
  | (?P<number>\.?\d[\w.]*)
  | (?P<sign>[\s\S])
    """,
    re.VERBOSE,
)
_REGEX = re.compile(r"/(?![*/])(?:[^\\/\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[A-Za-z]*")
_BEFORE_REGEX = frozenset(
    ("return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "else", "do", "instanceof", "yield")
)
_DECLARED = re.compile(r"(?:async\s+)?(?:function\s*\*?|class)\s*([A-Za-z_$][\w$]*)")
_LIST = re.compile(r"\{([^{}]*)\}\s*(from\b)?")
_PART = re.compile(r"([\w$]+)(?:\s+as\s+([\w$]+))?$")
_BUFFER_IMPORT = re.compile(
    r"""import\s*(?:\{\s*Buffer\s*\}|\*\s*as\s+\w+|\w+)\s*from\s*["'](?:node:)?buffer["']\s*;?"""
)
_COMMENTS = re.compile(r"/\*[\s\S]*?\*/|//[^\n]*")


def _skip_template(source: str, at: int) -> int:
    """The end of a template literal whose text begins at `at`, with its substitutions."""
    stack = ["`"]
    while at < len(source) and stack:
        sign = source[at]
        if stack[-1] == "`":
            if sign == "\\":
                at += 1
            elif sign == "`":
                stack.pop()
            elif sign == "$" and source[at + 1 : at + 2] == "{":
                stack.append("{")
                at += 1
        elif sign == "`":
            stack.append("`")
        elif sign in "\"'":
            found = _TOKEN.match(source, at)
            at = found.end() - 1 if found else at
        elif sign == "{":
            stack.append("{")
        elif sign == "}":
            stack.pop()
        at += 1
    return at


def _statements(source: str) -> list[tuple[str, int, int]]:
    """Every `export` and `import` at the top level: (word, where it begins, where it ends)."""
    found: list[tuple[str, int, int]] = []
    at = depth = 0
    previous = ""
    while at < len(source):
        if source[at] == "/" and (
            previous in _BEFORE_REGEX or not (previous[-1:].isalnum() or previous[-1:] in "_$)]}")
        ):
            regex = _REGEX.match(source, at)
            if regex is not None:
                at, previous = regex.end(), "0"
                continue
        if source[at] == "`":
            at, previous = _skip_template(source, at + 1), "0"
            continue
        token = _TOKEN.match(source, at)
        assert token is not None
        text, at = token.group(), token.end()
        match token.lastgroup:
            case "space":
                continue
            case "string":
                text = "0"
            case "sign":
                depth += (text in "([{") - (text in ")]}")
            case "word" if depth == 0 and text in ("export", "import") and previous != ".":
                found.append((text, token.start(), at))
        previous = text
    return found


def body(source: str) -> tuple[str, bool]:
    """A module's source as a function body, and whether it was one (then it is strict).

    Raises:
        DecodeError: it imports something: a codec is one file.
    """
    if "export" not in source and "import" not in source:
        return source, False
    parts: list[str] = []
    after: list[str] = []
    position = 0
    statements = _statements(source)
    for word, start, stop in statements:
        parts.append(source[position:start])
        position = stop
        if word == "import":
            known = _BUFFER_IMPORT.match(source, start)
            if known is None:
                if source[stop:].lstrip()[:1] in ("(", "."):
                    parts.append(word)
                    continue
                raise DecodeError("unsupported", "the codec imports other modules; it must be one file")
            position = known.end()
            continue
        position = _export(source, stop, parts, after)
    parts.append(source[position:])
    return "".join(parts) + "\n" + "".join(after), bool(statements)


def _export(source: str, at: int, parts: list[str], after: list[str]) -> int:
    """Take one `export` apart; returns where its statement goes on."""
    begin = at + len(source[at:]) - len(source[at:].lstrip()) if source[at : at + 1].isspace() else at
    if source.startswith("{", begin):
        found = _LIST.match(source, begin)
        if found is None or found.group(2):
            raise DecodeError("unsupported", "the codec exports from other modules; it must be one file")
        for item in _COMMENTS.sub("", found.group(1)).split(","):
            part = _PART.match(item.strip())
            if part is not None:
                after.append(f";module.exports.{part.group(2) or part.group(1)}={part.group(1)}")
        parts.append("\n" * found.group().count("\n"))
        return found.end()
    if source.startswith("*", begin):
        raise DecodeError("unsupported", "the codec exports from other modules; it must be one file")
    if re.compile(r"default\b").match(source, begin):
        value = begin + len("default")
        value += len(source[value : value + 200]) - len(source[value : value + 200].lstrip())
        declared = _DECLARED.match(source, value)
        if declared is not None:
            after.append(f";module.exports.default={declared.group(1)}")
            return value
        parts.append("module.exports.default=")
        return value
    return begin
