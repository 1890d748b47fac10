"""Flask's async views on asgiref's WsgiToAsgi, with peewee-async: this stack as it is commonly deployed."""
