"""When goods are collected: windows of the shop's days, with so many places each."""
