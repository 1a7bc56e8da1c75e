#include "core/color.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "core/rules.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool color_parse(const char *text, struct color *ret_color)
{
    int digits[8];
    const char *at = *text == '#' ? text + 1 : text;
    size_t count = strlen(at);

    if (count != 3 && count != 6 && count != 8)
        return false;
    for (size_t i = 0; i < count; i++) {
        digits[i] = hex_digit(at[i]);
        if (digits[i] < 0)
            return false;
    }
    uint8_t part[4] = {0, 0, 0, 255};
    for (size_t i = 0; i < (count == 8 ? 4 : 3); i++)
        part[i] = (uint8_t)(count == 3 ? digits[i] * 17 : digits[2 * i] * 16 + digits[2 * i + 1]);
    *ret_color = (struct color){part[0], part[1], part[2], part[3]};
    return true;
}

static char *put_byte(char *to, uint8_t byte)
{
    static const char hex[] = "0123456789ABCDEF";

    *to++ = hex[byte >> 4];
    *to++ = hex[byte & 15];
    return to;
}

void color_text(struct color color, char ret_text[COLOR_TEXT_SIZE])
{
    memset(ret_text, 0, COLOR_TEXT_SIZE);
    *ret_text = '#';
    put_byte(put_byte(put_byte(ret_text + 1, color.r), color.g), color.b);
}

void color_text_alpha(struct color color, char ret_text[COLOR_TEXT_SIZE])
{
    memset(ret_text, 0, COLOR_TEXT_SIZE);
    put_byte(put_byte(put_byte(put_byte(ret_text, color.r), color.g), color.b), color.a);
}

uint32_t color_rgba(struct color color)
{
    return (uint32_t)color.r << 24 | (uint32_t)color.g << 16 | (uint32_t)color.b << 8 | color.a;
}

bool color_clear(struct color color)
{
    return color.a == 0;
}

static double linear(uint8_t part)
{
    double value = part / 255.0;

    return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
}

static double lab_curve(double t)
{
    static const double epsilon = 216.0 / 24389.0, kappa = 24389.0 / 27.0;

    return t > epsilon ? cbrt(t) : (kappa * t + 16.0) / 116.0;
}

struct lab color_lab(struct color color)
{
    double r = linear(color.r), g = linear(color.g), b = linear(color.b);
    double x = lab_curve((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
    double y = lab_curve(0.2126729 * r + 0.7151522 * g + 0.0721750 * b);
    double z = lab_curve((0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883);

    return (struct lab){116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)};
}

static const double pi = 3.14159265358979323846;

static double radians(double degrees)
{
    return degrees * pi / 180.0;
}

/* Hue angle in degrees, 0 where there is no hue. */
static double hue(double a, double b)
{
    if (a == 0 && b == 0)
        return 0;
    double degrees = atan2(b, a) * 180.0 / pi;
    return degrees < 0 ? degrees + 360.0 : degrees;
}

static double pow7(double x)
{
    double cube = x * x * x;

    return cube * cube * x;
}

/* sqrt(C^7 / (C^7 + 25^7)): how far chroma counts in the blue and grey corrections. */
static double chroma_weight(double chroma)
{
    static const double power = 6103515625.0;

    return sqrt(pow7(chroma) / (pow7(chroma) + power));
}

/* Signed difference of two hues, the short way round. */
static double hue_step(double from, double to)
{
    double step = to - from;

    if (step > 180)
        return step - 360;
    return step < -180 ? step + 360 : step;
}

static double hue_mean(double x, double y)
{
    double sum = x + y;

    if (fabs(x - y) <= 180)
        return sum / 2;
    return sum < 360 ? (sum + 360) / 2 : (sum - 360) / 2;
}

static double hue_weight(double mean)
{
    return 1 - 0.17 * cos(radians(mean - 30)) + 0.24 * cos(radians(2 * mean)) +
           0.32 * cos(radians(3 * mean + 6)) - 0.20 * cos(radians(4 * mean - 63));
}

static double rotation(double chroma, double mean)
{
    double t = (mean - 275) / 25;

    return -sin(radians(60 * exp(-t * t))) * 2 * chroma_weight(chroma);
}

double color_difference(struct lab x, struct lab y)
{
    double raw = (hypot(x.a, x.b) + hypot(y.a, y.b)) / 2;
    double stretch = 1 + 0.5 * (1 - chroma_weight(raw));
    double cx = hypot(stretch * x.a, x.b), cy = hypot(stretch * y.a, y.b);
    double hx = hue(stretch * x.a, x.b), hy = hue(stretch * y.a, y.b);
    bool grey = cx == 0 || cy == 0;
    double mean_l = (x.l + y.l) / 2 - 50, mean_c = (cx + cy) / 2;
    double mean_h = grey ? hx + hy : hue_mean(hx, hy);

    double l = (y.l - x.l) / (1 + 0.015 * mean_l * mean_l / sqrt(20 + mean_l * mean_l));
    double c = (cy - cx) / (1 + 0.045 * mean_c);
    double h = grey ? 0 : 2 * sqrt(cx * cy) * sin(radians(hue_step(hx, hy)) / 2);
    h /= 1 + 0.015 * mean_c * hue_weight(mean_h);
    return sqrt(l * l + c * c + h * h + rotation(mean_c, mean_h) * c * h);
}

/* Near white: the way in which inventories write clear. */
static bool pale(struct color color)
{
    struct lab lab = color_lab(color);

    return lab.l > 90 && hypot(lab.a, lab.b) < 10;
}

int color_distance(struct color x, struct color y)
{
    if (color_clear(x) && color_clear(y))
        return 0;
    if (color_clear(x) || color_clear(y))
        return pale(color_clear(x) ? y : x) ? RULE_COLOR_CANDIDATE : RULE_COLOR_FAR;
    return (int)lround(100 * color_difference(color_lab(x), color_lab(y)));
}

static int nearest(struct color color, const struct colors *set)
{
    int best = RULE_COLOR_FAR;

    for (int i = 0; i < set->count; i++) {
        int distance = color_distance(color, set->list[i]);
        best = distance < best ? distance : best;
    }
    return best;
}

static int farthest(const struct colors *of, const struct colors *from)
{
    int worst = 0;

    for (int i = 0; i < of->count; i++) {
        int distance = nearest(of->list[i], from);
        worst = distance > worst ? distance : worst;
    }
    return worst;
}

int color_sets_distance(const struct colors *x, const struct colors *y)
{
    if (x->count == 0 || y->count == 0)
        return RULE_COLOR_FAR;
    if (x->count == y->count) {
        int there = farthest(x, y), back = farthest(y, x);
        return there > back ? there : back;
    }
    int part = x->count < y->count ? farthest(x, y) : farthest(y, x);
    return part > RULE_COLOR_PARTIAL ? part : RULE_COLOR_PARTIAL;
}
