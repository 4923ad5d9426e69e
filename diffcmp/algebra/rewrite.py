"""Other ways to write a Program that are the same over the reals and lose fewer digits: one
identity, or a few in turn.

Nothing here judges whether a rewriting helps at some point: that is found by running it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from diffcmp.algebra.identities import COMMON_FACTOR, IDENTITIES, ROOTS, Identity, Reason
from diffcmp.algebra.matching import Bindings, instance, pattern, products, sums
from diffcmp.algebra.matching import matches as whole_matches
from diffcmp.algebra.polynomials import factored
from diffcmp.algebra.terms import (
    INPUT,
    Signed,
    Term,
    head,
    leaves,
    product,
    program_of,
    sum_of,
    summands,
    term_of,
)
from diffcmp.errors import InputError
from diffcmp.language.parser import parse
from diffcmp.program.ir import Program
from diffcmp.program.printer import expression
from diffcmp.spans import Span

LARGEST = 400  # operations of a Program that is looked at
LIMIT = 40
STEPS = 3


@dataclass(frozen=True, slots=True)
class Rewriting:
    """Another way to write a Program.

    program: with the same inputs in the same order; its spans point into its own text.
    span: of the sub-expression in the text of the original that was replaced; the whole text, where
        several places have no smaller one in common.
    piece, replacement: that sub-expression, and what stands for it in the new text.
    reasons: of the identities used, in their order.
    needs: conditions on the inputs under which alone the new form is defined where the old one is.
    """

    program: Program
    span: Span
    piece: str
    replacement: str
    reasons: tuple[Reason, ...]
    needs: tuple[str, ...] = ()

    @property
    def reason(self) -> str:
        """Why, in words."""
        return "; ".join(dict.fromkeys(reason.value for reason in self.reasons))


@dataclass(frozen=True, slots=True)
class _State:
    """A rewritten term on the way: what was changed so far, why, and under which conditions."""

    term: Term
    changed: Span | None = None
    reasons: tuple[Reason, ...] = ()
    needs: tuple[Term, ...] = ()


def rewritings(program: Program, limit: int = LIMIT, steps: int = STEPS) -> Iterator[Rewriting]:
    """Other ways to write `program`: first by one identity at one place, then by two in turn, and
    so on.

    The order is always the same, and no two are the same up to the order of sums and products.

    Parameters
    ----------
    program: with one output. One that was traced, and so has no text, is taken as
        `printer.expression` writes it.
    limit: how many at most. steps: how many identities in turn at most.

    >>> [r.program.text for r in rewritings(parse("log1p(exp(x))"))]
    ['softplus(x)']
    """
    if not program.text:
        program = parse(expression(program), program.inputs)
    term = _small(program)
    return iter(()) if term is None else islice(_finished(program, term, steps), limit)


def _small(program: Program) -> Term | None:
    """The Program as a term, unless it is so large or deep that rewriting it would take long."""
    depth = [0] * program.size
    for eq in program.equations:
        depth[eq.output] = 1 + max((depth[i] for i in eq.inputs), default=0)
    if len(program.equations) > LARGEST or max(depth, default=0) > LARGEST // 4:
        return None
    term = term_of(program)
    return term if term.weight <= LARGEST else None


def _finished(program: Program, term: Term, steps: int) -> Iterator[Rewriting]:
    seen = {term.key}
    level = [_State(term)]
    for _ in range(steps):
        following: list[_State] = []
        for state in (after for before in level for after in _one_step(before)):
            if state.term.key in seen or state.term.weight > LARGEST:
                continue
            seen.add(state.term.key)
            following.append(state)
            rewriting = _rewriting(program, state)
            if rewriting is not None:
                yield rewriting
        level = following


def _one_step(state: _State) -> Iterator[_State]:
    """Every state that one identity leads to, less the common factors that it brings about."""
    places = list(_places(state.term))
    common = {place.key for place in places if _without_common_factors(place) is not None}
    for place in places:
        for rule, new, bound in _replacements(place):
            needs = (_condition(rule.needs, bound),) if rule.needs else ()
            yield _cancelled(_changed(state, place, new, rule, needs), common)


def _changed(
    state: _State, place: Term, new: Term, rule: Identity, needs: tuple[Term, ...] = ()
) -> _State:
    """The state with `new` for `place`."""
    # it takes over the place; what the user wrote elsewhere keeps its own
    if not new.label and new.span is None:
        new = _standing_for(new, place)
    spans = [span for span in (state.changed, place.span) if span is not None]
    return _State(
        term=_with(state.term, place, new, {}),
        changed=spans[0].joined(spans[-1]) if spans else None,
        reasons=(*state.reasons, rule.reason),
        needs=(*state.needs, *needs),
    )


def _standing_for(new: Term, place: Term) -> Term:
    """A term with the span, the slot and the name of the one that it replaces."""
    return replace(new, span=place.span, slot=place.slot, label=place.label)


def _cancelled(state: _State, common: set[str]) -> _State:
    """The state with a common factor cancelled that was not there before."""
    for place in _places(state.term):
        shorter = _without_common_factors(place)
        if shorter is not None and place.key not in common:
            return _changed(state, place, shorter, COMMON_FACTOR)
    return state


def _places(term: Term) -> Iterator[Term]:
    """The terms at which an identity may apply, outer ones first; parts of longer sums are none."""
    places: dict[int, Term] = {}
    stack = [term]
    while stack:
        place = stack.pop()
        if id(place) not in places and place.varies and place.primitive != INPUT:
            places[id(place)] = place
            stack.extend(reversed(_parts(place)))
    yield from places.values()


def _parts(term: Term) -> list[Term]:
    if term.is_sum:
        return [part for _, part in leaves(term)]
    return [base for base, _ in term.monomial[1]] if term.is_product else list(term.inputs)


def _replacements(place: Term) -> Iterator[tuple[Identity, Term, Bindings]]:
    """What each identity makes of the term at this place."""
    shorter = _without_common_factors(place)
    if shorter is not None:
        yield COMMON_FACTOR, shorter, {}
    for rule in IDENTITIES:
        for new, bound in _applied(pattern(rule.pattern), pattern(rule.replacement), place):
            yield rule, new, bound
    by_roots = factored(place) if place.is_sum else None
    if by_roots is not None:
        yield ROOTS, by_roots, {}


def _applied(form: Term, better: Term, place: Term) -> Iterator[tuple[Term, Bindings]]:
    """The place with what has the form replaced, for each way in which it has."""
    if form.is_sum:
        if place.is_sum:
            yield from _applied_to_sum(form, better, place)
    elif form.is_product:
        for match in products(form, place) if place.is_product else ():
            factors = [(instance(better, match.bound), match.times), *match.rest]
            yield product(match.coefficient, factors), match.bound
    elif head(form)[0] == head(place)[0]:
        for bound in islice(whole_matches(form, place, {}), 1):
            yield instance(better, bound), bound


def _applied_to_sum(form: Term, better: Term, place: Term) -> Iterator[tuple[Term, Bindings]]:
    for match in sums(form, place):
        new = (match.sign, instance(better, match.bound))
        parts = _exchanged(summands(place), match.used, new)
        yield sum_of(parts), match.bound


def _exchanged(parts: list[Signed], used: tuple[int, ...], new: Signed) -> Iterator[Signed]:
    """The terms of a sum with `new` for those used, in the place of the first of them."""
    for i, part in enumerate(parts):
        if i not in used:
            yield part
        elif i == min(used):
            yield new


def _without_common_factors(place: Term) -> Term | None:
    """A fraction without the factors on both sides of the line; None where there are none."""
    if not place.is_product:
        return None
    coefficient, factors = place.monomial
    totals: Counter[str] = Counter()
    for base, exponent in factors:
        totals[base.key] += exponent
    if len(totals) == len(factors):
        return None
    first = {base.key: base for base, _ in reversed(factors)}
    kept = [(first[key], totals[key]) for key in reversed(first) if totals[key]]
    return product(coefficient, kept)


def _with(term: Term, place: Term, new: Term, made: dict[int, Term]) -> Term:
    """The term with `new` for `place`; products around it are folded, all else stays as typed."""
    if term is place:
        return new
    if id(term) not in made:
        inputs = tuple(_with(t, place, new, made) for t in term.inputs)
        same = all(a is b for a, b in zip(inputs, term.inputs, strict=True))
        made[id(term)] = term if same else _rebuilt(term, inputs)
    return made[id(term)]


def _rebuilt(term: Term, inputs: tuple[Term, ...]) -> Term:
    raw = replace(term, inputs=inputs)
    if term.primitive not in ("mul", "div", "neg") or not raw.is_product:
        return raw
    folded = product(*raw.monomial)
    return _standing_for(folded, term) if folded.span is None else folded


def _condition(needs: str, bound: Bindings) -> Term:
    """The condition of an identity, for what its variables stand for."""
    return instance(pattern(f"where({needs}, 1, 0)"), bound).inputs[0]


def _condition_text(term: Term) -> str:
    return expression(program_of(_unlabelled(term), tuple(sorted(_names(term)))))


def _names(term: Term) -> set[str]:
    return {term.name} if term.primitive == INPUT else set[str]().union(*map(_names, term.inputs))


def _unlabelled(term: Term) -> Term:
    return replace(term, label="", inputs=tuple(_unlabelled(t) for t in term.inputs))


# the record


def _rewriting(program: Program, state: _State) -> Rewriting | None:
    """The finished record; None where the new text would be beyond the limits of the language."""
    try:
        new = parse(expression(program_of(state.term, program.inputs)), program.inputs)
        needs = tuple(map(_condition_text, state.needs))
    except (InputError, ValueError):  # a ValueError: a number of more digits than Python writes
        return None
    stands = _correspondence(state.term, new)
    whole = Span(0, len(program.text))
    span, replacement = whole, new.text
    for start, stop, slot in _around(program, state.changed or whole):
        if slot in stands:
            span, replacement = Span(start, stop), stands[slot]
            break
    return Rewriting(new, span, span.cut(program.text), replacement, state.reasons, needs)


def _around(program: Program, changed: Span) -> list[tuple[int, int, int]]:
    """The sub-expressions of the original that cover what was changed, the smallest first."""
    covering = []
    for eq in program.equations:
        span = eq.span
        if span is not None and span.start <= changed.start and changed.stop <= span.stop:
            covering.append((span.start, span.stop, eq.output))
    return sorted(covering, key=lambda s: (s[1] - s[0], -s[2]))


def _correspondence(term: Term, new: Program) -> dict[int, str]:
    """For slots of the original that the new term still has: their text in the new program."""
    texts: dict[int, str] = {}
    stack = [(term, new.outputs[0])]
    visited: set[int] = set()
    while stack:
        part, slot = stack.pop()
        text = new.inputs[slot] if slot < len(new.inputs) else new.piece(new.by_output[slot])
        if part.slot is not None:
            texts.setdefault(part.slot, text)
        if id(part) not in visited:
            visited.add(id(part))
            if part.inputs:
                stack.extend(zip(part.inputs, new.by_output[slot].inputs, strict=True))
    return texts
