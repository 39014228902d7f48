"""What people put their names under: samples that they check, sign-offs, the evidence, night after night."""
