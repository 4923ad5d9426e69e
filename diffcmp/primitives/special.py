"""Special functions."""

from diffcmp.primitives.record import primitive

# fmt: off
POLE = "x > 0 or x != floor(x)"

#          name         args    partial derivatives               exceptions
primitive("erf",       "x",    ["2/sqrt(pi)*exp(-x**2)"],        at_infinity=("-1", "1"), near={"inf": "1 - erfc(x)", "-inf": "erfc(-x) - 1"})
primitive("erfc",      "x",    ["-2/sqrt(pi)*exp(-x**2)"],       at_infinity=("2", "0"), near={"-inf": "2 - erfc(-x)"}, underflows=True)
primitive("gamma",     "x",    ["out*digamma(x)"],               domain=POLE, recurrence="gamma(x + 1)/x", factors=())
primitive("lgamma",    "x",    ["digamma(x)"],                   domain=POLE, recurrence="lgamma(x + 1) - log(abs(x))", aliases="gammaln")
primitive("digamma",   "x",    ["polygamma(1, x)"],              domain=POLE, recurrence="digamma(x + 1) - 1/x")
primitive("polygamma", "n, x", ["", "polygamma(n + 1, x)"],      domain=POLE, internal=True,
          recurrence="polygamma(n, x + 1) - (1 - 2*(n - 2*floor(n/2)))*gamma(n + 1)/x**(n + 1)")

# The quotient rule, (cos(x) - out)/x, cancels for small x: below 1/2 its Taylor polynomial (term ratio -x²/(2k(2k+3)))
# is right to the last bit of a double. Exact number systems use the definition instead.
primitive("sinc",      "x",    ["where(abs(x) < 0.5, -x/3*(1 - x**2/10*(1 - x**2/28*(1 - x**2/54*(1 - x**2/88*(1 - x**2/130*"
                                "(1 - x**2/180*(1 - x**2/238))))))), (cos(x) - out)/x)"],
          definition="where(x == 0, 1, sin(x)/x)")
primitive("logaddexp", "x, y", ["sigmoid(x - y)", "sigmoid(y - x)"],
          definition="log(exp(x) + exp(y))", stable="max(x, y) + log1p(exp(-abs(x - y)))", symmetric=True)
# fmt: on
