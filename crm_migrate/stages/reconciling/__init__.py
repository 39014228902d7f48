"""The rooms of `reconcile`: accounting, comparing, linking, bridges, figures that matter, gates and the verdict."""
