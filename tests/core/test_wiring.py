import pytest
from flask import Flask

from app.core.wiring import provide, wired


class Service: ...


class Interface: ...


class TestWired:
    def test_gives_the_instance_of_its_type_or_of_what_it_stands_for(self):
        app, service, other = Flask("toy"), Service(), Service()
        provide(app, service)
        provide(app, other, as_=Interface)
        with app.app_context():
            assert wired(Service) is service
            assert wired(Interface) is other

    def test_each_application_has_its_own(self):
        one, two = Flask("one"), Flask("two")
        provide(one, Service())
        provide(two, Service())
        with one.app_context():
            first = wired(Service)
        with two.app_context():
            assert wired(Service) is not first

    def test_names_what_is_missing(self):
        with Flask("toy").app_context(), pytest.raises(RuntimeError, match="Service was not"):
            wired(Service)

    def test_refuses_a_second_one(self):
        app = Flask("toy")
        provide(app, Service())
        with pytest.raises(RuntimeError, match="Service was already"):
            provide(app, Service())
