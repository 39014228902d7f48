"""Small vocabularies: yes and no, gender, tags, picklists of a target."""
