"""Activation functions of machine learning, with their derivative put inside."""

from diffcmp.primitives.record import primitive

SELU_SCALE = "1.0507009873554804934193349852946"  # Klambauer et al., "Self-normalizing neural networks", NeurIPS 2017
SELU_ALPHA = "1.6732632423543772848170429916717"

# fmt: off
#          name          args        partial derivatives                          exceptions
# out*(1 - out) has lost all digits by x = 37
primitive("sigmoid",    "x",        ["out*sigmoid(-x)"],                         aliases="expit logistic",
          definition="1/(1 + exp(-x))", stable="where(x >= 0, 1, exp(-abs(x)))/(1 + exp(-abs(x)))", factors=())
primitive("softplus",   "x",        ["sigmoid(x)"],
          definition="log(1 + exp(x))", stable="max(x, 0) + log1p(exp(-abs(x)))", factors=())
primitive("relu",       "x",        ["where(x > 0, 1, 0)"],                      definition="where(x > 0, x, 0)")
primitive("leaky_relu", "x, slope", ["where(x > 0, 1, slope)", "where(x > 0, 0, x)"],
          definition="where(x > 0, x, slope*x)", defaults={"slope": "0.01"})
primitive("elu",        "x",        ["where(x > 0, 1, exp(min(x, 0)))"],         definition="where(x > 0, x, exp(x) - 1)",
          stable="where(x > 0, x, expm1(min(x, 0)))")
primitive("selu",       "x",        [f"{SELU_SCALE}*where(x > 0, 1, {SELU_ALPHA}*exp(min(x, 0)))"],
          definition=f"{SELU_SCALE}*where(x > 0, x, {SELU_ALPHA}*(exp(x) - 1))",
          stable=f"{SELU_SCALE}*where(x > 0, x, {SELU_ALPHA}*expm1(min(x, 0)))")
# erfc keeps the digits of the tail that 1 + erf(x/√2) has lost by x = -8
primitive("gelu",       "x",        ["erfc(-x/sqrt(2))/2 + x*exp(-x**2/2)/sqrt(2*pi)"],
          definition="x*erfc(-x/sqrt(2))/2")
primitive("silu",       "x",        ["sigmoid(x)*(1 + x*sigmoid(-x))"],          definition="x*sigmoid(x)", aliases="swish")
primitive("softsign",   "x",        ["1/(1 + abs(x))**2"],                       definition="x/(1 + abs(x))")
# fmt: on
