"""The simulated Salesforce before its judges."""
