"""Special functions."""

from diffcmp.primitives.record import primitive

# fmt: off
POLE = "x > 0 or x != floor(x)"
# Next to a pole at -m the distance u = x + m from it is what matters: Γ(x)Γ(1-x) = π/sin(πx) (Abramowitz & Stegun 6.1.17,
# 6.4.7), where π/sin(πx) is ±Γ(1+u)Γ(1-u)/u. All arguments on the right are positive.
M = "floor(x + 1/2)"
U = f"(x - {M})"

#          name         args    partial derivatives               exceptions
primitive("erf",       "x",    ["2/sqrt(pi)*exp(-x**2)"],        at_infinity=("-1", "1"), near={"inf": "1 - erfc(x)", "-inf": "erfc(-x) - 1"})
primitive("erfc",      "x",    ["-2/sqrt(pi)*exp(-x**2)"],       at_infinity=("2", "0"), near={"-inf": "2 - erfc(-x)"})
primitive("gamma",     "x",    ["out*digamma(x)"],               domain=POLE, recurrence=f"(1 - 2*({M} - 2*floor({M}/2)))*gamma(1 + {U})*gamma(1 - {U})/({U}*gamma(1 - x))", factors=())
primitive("lgamma",    "x",    ["digamma(x)"],                   domain=POLE, recurrence=f"lgamma(1 + {U}) + lgamma(1 - {U}) - log(abs({U})) - lgamma(1 - x)", aliases="gammaln")
primitive("digamma",   "x",    ["polygamma(1, x)"],              domain=POLE, recurrence=f"digamma(1 + {U}) - digamma(1 - {U}) + digamma(1 - x) - 1/{U}")
primitive("polygamma", "n, x", ["", "polygamma(n + 1, x)"],      domain=POLE, internal=True,
          recurrence=f"polygamma(n, 1 + {U}) + (1 - 2*(n - 2*floor(n/2)))*(polygamma(n, 1 - x) - polygamma(n, 1 - {U}) - gamma(n + 1)/{U}**(n + 1))")

# The quotient rule, (cos(x) - out)/x, cancels for small x: below 1/2 its Taylor polynomial (term ratio -x²/(2k(2k+3)))
# is right to the last bit of a double. Exact number systems use the definition instead.
primitive("sinc",      "x",    ["where(abs(x) < 0.5, -x/3*(1 - x**2/10*(1 - x**2/28*(1 - x**2/54*(1 - x**2/88*(1 - x**2/130*"
                                "(1 - x**2/180*(1 - x**2/238))))))), (cos(x) - out)/x)"],
          definition="where(x == 0, 1, sin(x)/x)")
primitive("logaddexp", "x, y", ["sigmoid(x - y)", "sigmoid(y - x)"],
          definition="log(exp(x) + exp(y))", stable="max(x, y) + log1p(exp(-abs(x - y)))", symmetric=True)
# fmt: on
