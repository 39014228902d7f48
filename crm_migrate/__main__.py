"""`python -m crm_migrate`: the command line."""

from crm_migrate.cli import main

if __name__ == "__main__":
    main()
