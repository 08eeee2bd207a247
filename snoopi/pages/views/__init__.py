"""The pages' doors, one module per family of pages."""
