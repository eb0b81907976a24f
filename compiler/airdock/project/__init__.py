"""What is meant: objects that refer to objects. Code that receives one never looks anything up."""
