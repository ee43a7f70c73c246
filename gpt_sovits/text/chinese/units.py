"""Latin unit signs that may follow a number, and how they are said in Mandarin."""

import re

UNITS = {
    "km/h": "千米每小时", "km/s": "千米每秒", "m/s²": "米每二次方秒", "m/s2": "米每二次方秒",
    "m/s": "米每秒", "m/min": "米每分钟", "mph": "英里每小时",
    "g/cm³": "克每立方厘米", "g/cm3": "克每立方厘米", "kg/m³": "千克每立方米",
    "kg/m3": "千克每立方米", "g/L": "克每升", "mg/L": "毫克每升", "mg/ml": "毫克每毫升",
    "mg/m³": "毫克每立方米", "μg/m³": "微克每立方米", "mol/L": "摩尔每升",
    "L/min": "升每分钟", "r/min": "转每分钟", "rpm": "转每分钟",
    "km²": "平方千米", "km2": "平方千米", "㎢": "平方千米", "m²": "平方米", "m2": "平方米",
    "㎡": "平方米", "cm²": "平方厘米", "cm2": "平方厘米", "mm²": "平方毫米", "mm2": "平方毫米",
    "m³": "立方米", "m3": "立方米", "cm³": "立方厘米", "cm3": "立方厘米", "dm³": "立方分米",
    "km": "千米", "㎞": "千米", "cm": "厘米", "㎝": "厘米", "dm": "分米", "mm": "毫米",
    "㎜": "毫米", "μm": "微米", "um": "微米", "nm": "纳米", "m": "米",
    "kg": "千克", "Kg": "千克", "KG": "千克", "㎏": "千克", "mg": "毫克", "㎎": "毫克",
    "μg": "微克", "ug": "微克", "g": "克", "t": "吨", "lb": "磅",
    "ml": "毫升", "mL": "毫升", "ML": "毫升", "㎖": "毫升", "dL": "分升", "L": "升", "l": "升",
    "ms": "毫秒", "μs": "微秒", "ns": "纳秒", "min": "分钟", "s": "秒", "h": "小时",
    "kHz": "千赫兹", "MHz": "兆赫兹", "GHz": "吉赫兹", "Hz": "赫兹", "hz": "赫兹",
    "kWh": "千瓦时", "kW·h": "千瓦时", "kW": "千瓦", "KW": "千瓦", "MW": "兆瓦", "mW": "毫瓦",
    "W": "瓦", "kV": "千伏", "mV": "毫伏", "V": "伏", "mAh": "毫安时", "mA": "毫安",
    "kΩ": "千欧", "Ω": "欧姆", "kPa": "千帕", "hPa": "百帕", "MPa": "兆帕", "Pa": "帕",
    "kJ": "千焦", "J": "焦耳", "kcal": "千卡", "cal": "卡", "kN": "千牛", "N": "牛",
    "dB": "分贝", "db": "分贝", "DB": "分贝", "lx": "勒克斯", "lm": "流明", "mol": "摩尔",
    "℃": "度", "°C": "度", "℉": "华氏度", "°F": "华氏度", "°": "度",
}  # fmt: skip
"""Signs and their names. Bytes, K, G and D are left to the English reader, as people read them."""

UNITS |= {
    sign.replace("\u03bc", "\u00b5"): name for sign, name in UNITS.items() if "\u03bc" in sign
}

UNIT_PATTERN = re.compile(
    "(?:{})(?![A-Za-z0-9²³])".format("|".join(map(re.escape, sorted(UNITS, key=len, reverse=True))))
)
"""A unit sign; use it with `match` right behind a number (and at most one space)."""
