/* Files that the build turns into C arrays (cmake/embed.cmake): templates, SQL. The array ends with a NULL name. */
#ifndef COCANVAS_COMMON_EMBED_H
#define COCANVAS_COMMON_EMBED_H

#include <stddef.h>

struct embedded_file {
    const char *name;      /* file name without folder */
    const char *bytes;     /* NUL-terminated after len */
    size_t len;
};

extern const struct embedded_file embedded_templates[];
extern const struct embedded_file embedded_schema[];

#endif
