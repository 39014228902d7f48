"""crm-migrate: move a company's customers into a new CRM: clean, once, and with a proof."""

__version__ = "0.1.0"
