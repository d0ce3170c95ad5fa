/** C programs for TinyCC, with what they print. */

export const hello = '#include <stdio.h>\nint main(void) { puts("hello from stage 0"); return 0; }\n';
export const greeting = "hello from stage 0\n";

/** Uses memory, sorting, files and floating-point numbers. */
export const report = `
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct planet { const char *name; double days; };

static int byDays(const void *left, const void *right)
{
    const struct planet *a = left, *b = right;
    return a->days < b->days ? -1 : a->days > b->days;
}

int main(int argc, char **argv)
{
    static const struct planet known[] = {{"Mars", 686.98}, {"Mercury", 87.969}, {"Venus", 224.701}};
    int count = sizeof known / sizeof *known, i;
    struct planet *planets = malloc(sizeof known);
    char name[20];
    double axis;
    FILE *file = fopen(argv[argc - 1], "w+");

    if (!planets || !file)
        return 2;
    qsort(memcpy(planets, known, sizeof known), count, sizeof *planets, byDays);
    for (i = 0; i < count; i++)
        fprintf(file, "%s %.3f\\n", planets[i].name, pow(planets[i].days / 365.256, 2.0 / 3));
    rewind(file);
    while (fscanf(file, "%19s %lf", name, &axis) == 2)
        printf("%-8s|%7.2f|%e\\n", name, axis, axis * 149.598e6);
    free(planets);
    return fclose(file);
}
`;

/** Kepler's third law: the square of a planet's year is as the cube of its distance from the sun. */
export const reported = [
  "Mercury |   0.39|5.789443e+07",
  "Venus   |   0.72|1.081594e+08",
  "Mars    |   1.52|2.279874e+08",
  "",
].join("\n");
