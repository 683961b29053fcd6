/* SPDX-License-Identifier: MIT */
/* Refused: floating point, which rv64im does by library calls. */
double bad(double a, double b);

double bad(double a, double b)
{
    return a * b + 1.5;
}
