"""The language of stored formulas: arithmetic, comparison and a few functions over named variables, and nothing else.

    expression = or ; or = and {OR and} ; and = not {AND not} ; not = [NOT] comparison
    comparison = sum [(= | <> | != | < | <= | > | >=) sum | IS [NOT] NULL]
    sum = product {(+ | -) product} ; product = unary {(* | /) unary} ; unary = [-] atom
    atom = number | name | function(sum {, sum}) | (or)

It is the arithmetic part of SQL, with SQL's rule that a missing value makes the result missing. There is no way from
here to a file, a name of Python or an endless loop: the parser knows the words above and no others. Evaluation is in
`decimal.Decimal` of 50 digits.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Literal, NoReturn

from gateway.atlas.units import ONE, Unit, UnitError

MAX_LENGTH = 2000
MAX_DEPTH = 50
CONTEXT = Context(prec=50, traps=[DivisionByZero, InvalidOperation, Overflow])

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<name>[^\W\d]\w*)|(?P<sign><=|>=|<>|!=|[-+*/()=<>,]))", re.UNICODE
)
_WORDS = {"and", "or", "not", "is", "null"}
FUNCTIONS: dict[str, tuple[int, int]] = {"abs": (1, 1), "least": (2, 9), "greatest": (2, 9), "coalesce": (2, 9),
                                         "nullif": (2, 2), "sqrt": (1, 1), "ln": (1, 1)}  # fmt: skip

Value = Decimal | bool | None


class ExpressionError(ValueError):
    """A formula cannot be read or does not fit its variables; the message quotes the formula and the place."""


@dataclass(frozen=True, slots=True)
class Number:
    """A literal."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Name:
    """A variable."""

    name: str


@dataclass(frozen=True, slots=True)
class Apply:
    """An operator or function with its arguments."""

    operator: str
    arguments: tuple[Node, ...]


Node = Number | Name | Apply


class _Parser:
    """Recursive descent over the tokens of one formula."""

    def __init__(self, source: str) -> None:
        self.source, self.tokens, self.at, self.depth = source, list[tuple[str, str, int]](), 0, 0
        if len(source) > MAX_LENGTH:
            raise ExpressionError(f"formula longer than {MAX_LENGTH} characters")
        position = 0
        while source[position:].strip():
            match = _TOKEN.match(source, position)
            if match is None:
                raise ExpressionError(
                    f"formula {source!r}: {source[position:].strip()[0]!r} is not part of the language"
                )
            kind = match.lastgroup or ""
            word, start = match[kind], match.start(kind)
            if kind == "name" and word.lower() in _WORDS:
                kind, word = "word", word.lower()
            self.tokens.append((kind, word, start))
            position = match.end()
        self.tokens.append(("end", "end", len(source)))

    def fail(self, wanted: str) -> NoReturn:
        _, word, position = self.tokens[self.at]
        raise ExpressionError(f"formula {self.source!r}: {wanted} expected at position {position + 1}, found {word!r}")

    def take(self, *words: str) -> str | None:
        kind, word, _ = self.tokens[self.at]
        if kind in {"sign", "word"} and word in words:
            self.at += 1
            return word
        return None

    def expect(self, word: str) -> None:
        if self.take(word) is None:
            self.fail(repr(word))

    def left(self, operators: tuple[str, ...], level: int) -> Node:
        node = self.level(level)
        while (operator := self.take(*operators)) is not None:
            node = Apply(operator, (node, self.level(level)))
        return node

    def level(self, level: int) -> Node:
        match level:
            case 0:
                return self.left(("or",), 1)
            case 1:
                return self.left(("and",), 2)
            case 2:
                return Apply("not", (self.deeper(2),)) if self.take("not") else self.comparison()
            case 4:
                return self.left(("+", "-"), 5)
            case 5:
                return self.left(("*", "/"), 6)
            case _:
                return Apply("negate", (self.deeper(6),)) if self.take("-") else self.atom()

    def deeper(self, level: int) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionError(f"formula {self.source!r} is nested more than {MAX_DEPTH} deep")
        node = self.level(level)
        self.depth -= 1
        return node

    def comparison(self) -> Node:
        node = self.level(4)
        if self.take("is"):
            negated = self.take("not")
            self.expect("null")
            test = Apply("is null", (node,))
            return Apply("not", (test,)) if negated else test
        operator = self.take("=", "<>", "!=", "<", "<=", ">", ">=")
        return node if operator is None else Apply("<>" if operator == "!=" else operator, (node, self.level(4)))

    def atom(self) -> Node:
        kind, word, _ = self.tokens[self.at]
        if kind == "number":
            self.at += 1
            return Number(Decimal(word))
        if self.take("("):
            node = self.deeper(0)
            self.expect(")")
            return node
        if kind != "name":
            self.fail("a number, a variable or '('")
        self.at += 1
        if not self.take("("):
            return Name(word)
        if word.lower() not in FUNCTIONS:
            raise ExpressionError(f"formula {self.source!r}: function {word!r} does not exist ({', '.join(FUNCTIONS)})")
        arguments = [self.deeper(4)]
        while self.take(","):
            arguments.append(self.deeper(4))
        self.expect(")")
        low, high = FUNCTIONS[word.lower()]
        if not low <= len(arguments) <= high:
            raise ExpressionError(f"formula {self.source!r}: {word} takes {low} to {high} arguments")
        return Apply(word.lower(), tuple(arguments))


def parse(source: str) -> Node:
    """Read a formula; raises ExpressionError that names the place."""
    parser = _Parser(source)
    node = parser.deeper(0)
    if parser.tokens[parser.at][0] != "end":
        parser.fail("the end")
    return node


def names(node: Node) -> frozenset[str]:
    """The variables a formula uses."""
    match node:
        case Number():
            return frozenset()
        case Name(name):
            return frozenset({name})
        case Apply(_, arguments):
            return frozenset().union(*(names(argument) for argument in arguments))


def unit_of(node: Node, units: Mapping[str, Unit]) -> Unit | Literal["truth"]:
    """The unit of the result; raises ExpressionError or UnitError when the formula mixes units.

    A literal fits any unit beside + and - and in comparisons (`population < 300`), and is a bare number beside * and /.
    """
    match node:
        case Number():
            return ONE
        case Name(name):
            if name not in units:
                raise ExpressionError(f"variable {name!r} is not declared (known: {', '.join(sorted(units))})")
            return units[name]
        case Apply(operator, arguments):
            return _unit_of_application(operator, arguments, units)


def _unit_of_application(
    operator: str, arguments: tuple[Node, ...], units: Mapping[str, Unit]
) -> Unit | Literal["truth"]:
    found = [unit_of(argument, units) for argument in arguments]
    if operator in {"and", "or", "not"}:
        if any(unit != "truth" for unit in found):
            raise ExpressionError(f"{operator.upper()} joins conditions, not numbers")
        return "truth"
    numbers = [unit for unit in found if unit != "truth"]
    if len(numbers) != len(found):
        raise ExpressionError(f"{operator!r} works on numbers, not on conditions")
    if operator == "is null":
        return "truth"
    if operator in {"*", "/"}:
        return numbers[0].times(numbers[1], 1 if operator == "*" else -1)
    if operator in {"ln", "sqrt"}:
        if numbers[0].dimension:
            raise UnitError(f"{operator} needs a number without a unit, not {numbers[0]}")
        return ONE
    own = [unit for unit, argument in zip(numbers, arguments, strict=True) if not isinstance(argument, Number)]
    if any(unit != own[0] for unit in own):
        raise UnitError(f"{operator!r} joins different units: {', '.join(str(unit) for unit in own)}")
    return "truth" if operator in {"=", "<>", "<", "<=", ">", ">="} else (own or numbers)[0]


def evaluate(node: Node, values: Mapping[str, Decimal | None]) -> Value:
    """Compute a formula for one area. A missing value, or a division by zero, makes the result missing (None)."""
    match node:
        case Number(value):
            return value
        case Name(name):
            return values[name]
        case Apply("and" | "or" as operator, (left, right)):
            return _three_valued(operator, evaluate(left, values), evaluate(right, values))
        case Apply("is null", (inner,)):
            return evaluate(inner, values) is None
        case Apply("coalesce", arguments):
            return next((v for v in (evaluate(a, values) for a in arguments) if v is not None), None)
        case Apply(operator, arguments):
            found = [evaluate(argument, values) for argument in arguments]
            return None if any(value is None for value in found) else _apply(operator, found)


def _three_valued(operator: str, left: Value, right: Value) -> Value:
    decisive = operator == "or"
    if left is decisive or right is decisive:
        return decisive
    return None if left is None or right is None else not decisive


def _apply(operator: str, found: list[Value]) -> Value:
    if operator == "not":
        return not found[0]
    numbers = [value for value in found if isinstance(value, Decimal)]
    first, second = numbers[0], numbers[-1]
    try:
        match operator:
            case "+":
                return CONTEXT.add(first, second)
            case "-":
                return CONTEXT.subtract(first, second)
            case "*":
                return CONTEXT.multiply(first, second)
            case "/":
                return CONTEXT.divide(first, second) if second else None
            case "negate":
                return CONTEXT.minus(first)
            case "abs":
                return abs(first)
            case "sqrt":
                return CONTEXT.sqrt(first) if first >= 0 else None
            case "ln":
                return CONTEXT.ln(first) if first > 0 else None
            case "nullif":
                return None if first == second else first
            case "least":
                return min(numbers)
            case "greatest":
                return max(numbers)
            case _:
                return _compare(operator, first, second)
    except (InvalidOperation, DivisionByZero, Overflow):
        return None


def _compare(operator: str, left: Decimal, right: Decimal) -> bool:
    return {
        "=": left == right,
        "<>": left != right,
        "<": left < right,
        "<=": left <= right,
        ">": left > right,
        ">=": left >= right,
    }[operator]
