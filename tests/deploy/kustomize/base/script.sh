#!/bin/sh
echo "two lines"
