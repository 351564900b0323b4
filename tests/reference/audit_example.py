#!/usr/bin/env python3
"""Writes studies/audit-example: the figures of an invented report, rounded from one set of true values, so that every identity between
them holds. Python 3.11; the same seed gives the same files."""
import csv
import random
import sys
from decimal import ROUND_HALF_UP, Decimal

random.seed(20250630)
rows, identities = [], []


def figure(fid, value, unit, decimals, indicator, period, place, population="全国", category="", qualifier="", comparison="",
           comparator="", scale=None, zeros=""):
    scale = scale or {"亿人": 1e8, "万人": 1e4, "亿元": 1e8, "万亿元": 1e12, "%": 0.01, "百分点": 0.01, "元": 1}[unit]
    text = str(Decimal(repr(value / scale)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))
    if decimals == 0 and text.endswith("0"):
        zeros = "printed"
    rows.append([fid, text, unit, decimals, qualifier, period, "", indicator, category, population, comparison, comparator, place, "",
                 zeros])
    return fid


def identity(**parts):
    body = ", ".join(f"{k.rstrip('_')}: " + ("[" + ", ".join(v) + "]" if isinstance(v, list) else str(v)) for k, v in parts.items())
    identities.append(f"  - {{id: i{len(identities) + 1}, {body}}}")


ages = ["20岁以下", "20—39岁", "40—59岁", "60岁及以上"]
places = {"农村": 0.29, "城镇": 0.71}
kinds = ["网络购物", "在线餐饮", "数字文娱", "在线旅行", "互联网医疗", "知识付费"]
periods = {"2024H2": 0.962, "2025H1": 1.0}
net = 11.23e8
share = [0.172, 0.321, 0.348, 0.159]

for p, f in periods.items():
    y = p[2:]
    n = net * (0.5 + 0.5 * f)
    rate = 0.841 + (0.014 if f == 1 else 0)
    users = n * rate
    figure(f"N{y}", n, "亿人", 2, "网民规模", p, "第一章 一")
    figure(f"U{y}", users, "亿人", 2, "数字消费用户规模", p, "第一章 二")
    figure(f"R{y}", rate, "%", 1, "数字消费使用率", p, "第一章 二")
    identity(share=f"R{y}", part=f"U{y}", whole=f"N{y}")
    identity(base=f"N{y}", users=f"U{y}", rate=f"R{y}")
    identity(subset=f"U{y}", of=f"N{y}")
    group_users = []
    for g, (a, s) in enumerate(zip(ages, share)):
        ng = n * s
        figure(f"N{y}_a{g}", ng, "万人", 0, "网民规模", p, "第二章 表2", a)
        figure(f"S{y}_a{g}", s, "%", 1, "网民占比", p, "第二章 图1", a)
        identity(share=f"S{y}_a{g}", part=f"N{y}_a{g}", whole=f"N{y}")
    identity(sum=f"N{y}", of=[f"N{y}_a{g}" for g in range(4)])
    weights = [1.05, 1.12, 1.0]
    rates = [rate * w for w in weights]
    rates.append((rate - sum(r * s for r, s in zip(rates, share[:3]))) / share[3])
    for g, r in enumerate(rates):
        figure(f"R{y}_a{g}", r, "%", 1, "数字消费使用率", p, "第二章 图2", ages[g])
        figure(f"D{y}_a{g}", r - rate, "百分点", 1, "数字消费使用率", p, "第二章 二", ages[g], comparison="vs_overall",
               comparator="全国")
        identity(gap=f"D{y}_a{g}", of=f"R{y}_a{g}", over=f"R{y}")
        figure(f"U{y}_a{g}", n * share[g] * r, "万人", 0, "数字消费用户规模", p, "第二章 表3", ages[g])
        identity(share=f"R{y}_a{g}", part=f"U{y}_a{g}", whole=f"N{y}_a{g}")
        identity(product=f"U{y}_a{g}", of=[f"N{y}_a{g}", f"R{y}_a{g}"])
    identity(sum=f"U{y}", of=[f"U{y}_a{g}" for g in range(4)])
    order = sorted(range(4), key=lambda g: -rates[g])
    identity(order=[f"R{y}_a{g}" for g in order])
    total = 9.37e12 * f
    parts = [0.612, 0.113, 0.121, 0.087, 0.041, 0.026]
    figure(f"T{y}", total, "万亿元", 2, "数字消费规模", p, "第一章 三")
    figure(f"H{y}", total / (0.465 + (0 if f == 1 else -0.012)), "万亿元", 2, "居民消费支出", p, "第一章 三")
    figure(f"Q{y}", 0.465 + (0 if f == 1 else -0.012), "%", 1, "数字消费占居民消费比重", p, "第一章 三")
    identity(share=f"Q{y}", part=f"T{y}", whole=f"H{y}")
    figure(f"P{y}", total / users, "元", 0, "人均数字消费", p, "第一章 三")
    identity(product=f"T{y}", of=[f"U{y}", f"P{y}"])
    for k, c in enumerate(parts):
        figure(f"T{y}_k{k}", total * c, "亿元", 0, "数字消费规模", p, "第三章 表4", category=kinds[k])
        figure(f"C{y}_k{k}", c, "%", 1, "数字消费构成", p, "第三章 图3", category=kinds[k])
        identity(share=f"C{y}_k{k}", part=f"T{y}_k{k}", whole=f"T{y}")
    identity(sum=f"T{y}", of=[f"T{y}_k{k}" for k in range(6)])
    figure(f"X{y}", 1.0, "%", 0, "构成合计", p, "第三章 图3")
    identity(sum=f"X{y}", of=[f"C{y}_k{k}" for k in range(6)])
    # the same quantity in the preface, coarser or with a word
    figure(f"T{y}p", total, "万亿元", 1, "数字消费规模", p, "前言")
    identity(same=[f"T{y}", f"T{y}p"])
    figure(f"Q{y}p", 0.465 + (0 if f == 1 else -0.012), "%", 1, "数字消费占居民消费比重", p, "前言")
    identity(same=[f"Q{y}", f"Q{y}p"])
    figure(f"U{y}p", users, "亿人", 2, "数字消费用户规模", p, "前言")
    identity(same=[f"U{y}", f"U{y}p"])
    for h, (w, s) in enumerate(places.items()):
        figure(f"W{y}_h{h}", n * s, "亿人", 2, "网民规模", p, "第四章 一", w)
    identity(sum=f"N{y}", of=[f"W{y}_h0", f"W{y}_h1"])
    shop = [0.832, 0.884] if f == 1 else [0.807, 0.871]
    for h, w in enumerate(places):
        figure(f"G{y}_h{h}", shop[h], "%", 1, "网络购物比例", p, "第四章 二", w)
    figure(f"E{y}", shop[1] - shop[0], "百分点", 1, "网络购物比例", p, "第四章 二", "城镇", comparison="vs_group", comparator="农村")
    identity(gap=f"E{y}", of=f"G{y}_h1", over=f"G{y}_h0")

a, b = "24H2", "25H1"
values = {r[0]: r for r in rows}
figure("gT", 1 / 0.962 - 1, "%", 1, "数字消费规模", "2025H1", "第一章 三", comparison="hoh", comparator="2024H2")
identity(growth="gT", from_=f"T{a}", to=f"T{b}")
for stem, unit in [("R", "%"), ("Q", "%")]:
    one = {"R": (0.841, 0.855), "Q": (0.453, 0.465)}[stem]
    figure(f"d{stem}", one[1] - one[0], "百分点", 1, values[f"{stem}{b}"][7], "2025H1", "第一章 三", comparison="hoh", comparator="2024H2")
    identity(change=f"d{stem}", from_=f"{stem}{a}", to=f"{stem}{b}")
for h, w in enumerate(places):
    one = [(0.807, 0.832), (0.871, 0.884)][h]
    figure(f"dG_h{h}", one[1] - one[0], "百分点", 1, "网络购物比例", "2025H1", "第四章 二", w, comparison="hoh", comparator="2024H2")
    identity(change=f"dG_h{h}", from_=f"G{a}_h{h}", to=f"G{b}_h{h}")
for k in range(6):
    figure(f"gT_k{k}", 1 / 0.962 - 1, "%", 1, "数字消费规模", "2025H1", "第三章 二", category=kinds[k], comparison="hoh", comparator="2024H2")
    identity(growth=f"gT_k{k}", from_=f"T{a}_k{k}", to=f"T{b}_k{k}")
base = 4.2e12
figure("T20", base, "万亿元", 2, "数字消费规模", "2020H1", "第一章 三")
figure("cT", (9.37e12 / base) ** 0.2 - 1, "%", 1, "数字消费规模", "2025H1", "第一章 三", comparison="cagr", comparator="2020H1")
identity(cagr="cT", from_="T20", to=f"T{b}", years=5)
figure("T20b", base, "亿元", 0, "数字消费规模", "2020H1", "前言")
identity(same=["T20", "T20b"])
identity(formula=f'"P{b} == T{b} / (N{b} * R{b})"')

out = sys.argv[1] if len(sys.argv) > 1 else "studies/audit-example"
with open(f"{out}/figures.csv", "w", encoding="utf-8", newline="") as f:
    w = csv.writer(f, lineterminator="\n")
    w.writerow("id value unit decimals qualifier period base indicator category population comparison comparator place kind zeros".split())
    w.writerows(rows)
with open(f"{out}/audit.yaml", "w", encoding="utf-8") as f:
    f.write("# The figures of an invented report, all rounded from one set of values: nothing in it contradicts.\n"
            "# Written by tests/reference/audit_example.py.\n"
            "audit: example\ntitle: {zh: 一份虚构报告的数字, en: The figures of an invented report}\nfigures: figures.csv\nidentities:\n")
    f.write("\n".join(identities) + "\n")
print(len(rows), "figures,", len(identities), "identities")
