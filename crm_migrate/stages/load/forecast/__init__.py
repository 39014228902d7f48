"""What a planned load costs the target, and whether it takes that in the time there is."""

from crm_migrate.stages.load.forecast.forecasting import Forecast, forecast

__all__ = ["Forecast", "forecast"]
