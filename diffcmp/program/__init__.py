"""What is differentiated: the Program, and how it becomes text or Python source."""

from diffcmp.program.ir import Builder, Equation, Program

__all__ = ["Builder", "Equation", "Program"]
