"""When the alerts speak, and when they are silent: `python -m conformance.alerts`.

Prometheus' own promtool tries the cases of tests/observability/alerts.yaml.
"""

import shutil
import subprocess
import sys

from conformance.registry import NotApplicable
from local.environments import ROOT, install_packages

CASES = ROOT / "tests" / "observability" / "alerts.yaml"
SETTINGS = ROOT / "deploy" / "observability" / "prometheus.yml"


def check_alerts() -> str | None:
    """Return what promtool says against the rules, or None. Raises NotApplicable where there is no promtool.

    Installs Debian's prometheus where that is possible.
    """
    if shutil.which("promtool") is None and (trouble := install_packages(("prometheus",))):
        raise NotApplicable(f"promtool comes with Prometheus. {trouble}")
    promtool = shutil.which("promtool") or "promtool"
    for asked in (["check", "config", str(SETTINGS)], ["test", "rules", str(CASES)]):
        ran = subprocess.run([promtool, *asked], capture_output=True, text=True, check=False)
        if ran.returncode != 0:
            return ran.stdout + ran.stderr
    return None


def main() -> int:
    """Say what came of it; return the exit status, which is 0 where it could not be tried."""
    try:
        trouble = check_alerts()
    except NotApplicable as reason:
        print(f"Alerts: not run. {reason}")
        return 0
    print(f"Alerts: FAIL\n{trouble}" if trouble else "Alerts: pass")
    return 1 if trouble else 0


if __name__ == "__main__":
    sys.exit(main())
