"""Import path of the official SDK; see `arthurai.model.viz.plot_data`."""

import numpy as np

from arthurai.model.viz.plot_data import get_pred_and_gt_attrs, model_label, savgol_filter

__all__ = ["get_pred_and_gt_attrs", "model_label", "savgol_coefs", "savgol_filter"]

savgol_coefs = np.array([-3, 12, 17, 12, -3]) / 35
