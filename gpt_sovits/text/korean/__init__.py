"""Korean: standard pronunciation by rule, as jamo."""
