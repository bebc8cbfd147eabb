"""The one road for data: any table in; checked, cut, encoded, sent and accounted for."""
