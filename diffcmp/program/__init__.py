"""What is differentiated: the Program, how text becomes one and how one becomes text or Python source."""

from diffcmp.program.ir import Builder, Equation, Program
from diffcmp.program.parser import parse

__all__ = ["Builder", "Equation", "Program", "parse"]
