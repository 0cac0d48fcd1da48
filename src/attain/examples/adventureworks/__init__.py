"""AdventureWorks, a maker of bicycles; SOURCE.md says where the data comes from."""
