"""What tests of sources share: reading through the public door, workbooks made by hand, hostile files."""
