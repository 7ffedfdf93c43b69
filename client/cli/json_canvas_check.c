/* Checks nodes and edges of a JSON Canvas one by one, by the format's rules; each refusal names its place. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "client/cli/json_canvas_private.h"

enum { NODES_MAX = 100000 };

enum status json_canvas_fail(struct reader *r, const char *fmt, ...)
{
    char sentence[300];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(sentence, sizeof sentence, fmt, args);
    va_end(args);
    if (r->place == 0)
        return refuse(r->why, STATUS_MALFORMED, "%s", sentence);
    return refuse(r->why, STATUS_MALFORMED, "%s %zu (\"%.40s\"): %s", r->place_kind, r->place, r->place_id, sentence);
}

/* ---- nodes */

const char *json_canvas_text(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    const char *text = json_string_value(value);
    return text && strlen(text) == json_string_length(value) ? text : NULL;
}

static enum status need_text(struct reader *r, const json_t *object, const char *key, const char **out)
{
    *out = json_canvas_text(object, key);
    return *out ? STATUS_OK : json_canvas_fail(r, "\"%s\" must be a text.", key);
}

static enum status optional_text(struct reader *r, const json_t *object, const char *key)
{
    return json_object_get(object, key) && !json_canvas_text(object, key) ? json_canvas_fail(r, "\"%s\" must be a text.", key) : STATUS_OK;
}

static enum status need_pixels(struct reader *r, const json_t *object, const char *key, int64_t *out)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_integer(value) || json_integer_value(value) < INT32_MIN || json_integer_value(value) > INT32_MAX)
        return json_canvas_fail(r, "\"%s\" must be a whole number of pixels.", key);
    *out = json_integer_value(value);
    return STATUS_OK;
}

static enum status check_color(struct reader *r, const json_t *object)
{
    const char *color = json_canvas_text(object, "color");
    if (!json_object_get(object, "color") || (color && json_canvas_color_name(color)))
        return STATUS_OK;
    return json_canvas_fail(r, "\"color\" must be \"1\" to \"6\", or such as \"#ff8800\".");
}

static enum status one_of(struct reader *r, const json_t *object, const char *key, const char *const *words)
{
    const char *word = json_canvas_text(object, key);
    if (!json_object_get(object, key))
        return STATUS_OK;
    for (size_t i = 0; word && words[i]; i++)
        if (strcmp(word, words[i]) == 0)
            return STATUS_OK;
    return json_canvas_fail(r, "\"%s\" is none of those that the format knows (%s, %s …).", key, words[0], words[1]);
}

static enum status check_type(struct reader *r, const struct node *n)
{
    static const char *const styles[] = {"cover", "ratio", "repeat", NULL};
    const char *ignored;
    if (strcmp(n->type, "text") == 0)
        return need_text(r, n->json, "text", &ignored);
    if (strcmp(n->type, "link") == 0)
        return need_text(r, n->json, "url", &ignored);
    if (strcmp(n->type, "file") == 0) {
        enum status status = need_text(r, n->json, "file", &ignored);
        return status == STATUS_OK ? optional_text(r, n->json, "subpath") : status;
    }
    if (strcmp(n->type, "group") != 0)
        return json_canvas_fail(r, "\"type\" must be text, file, link or group, not \"%.40s\".", n->type);
    enum status status = optional_text(r, n->json, "label");
    return status == STATUS_OK ? one_of(r, n->json, "backgroundStyle", styles) : status;
}

static enum status read_node(struct reader *r, const json_t *json, struct node *n)
{
    enum status status;
    *n = (struct node){.json = json, .own = json_object_get(json, "cocanvas")};
    r->place_id = json_canvas_text(json, "id") ? json_canvas_text(json, "id") : "";
    if (!json_is_object(json))
        return json_canvas_fail(r, "a node must be an object.");
    if ((status = need_text(r, json, "id", &n->id)) != STATUS_OK || (status = need_text(r, json, "type", &n->type)) != STATUS_OK ||
        (status = need_pixels(r, json, "x", &n->x)) != STATUS_OK || (status = need_pixels(r, json, "y", &n->y)) != STATUS_OK ||
        (status = need_pixels(r, json, "width", &n->width)) != STATUS_OK || (status = need_pixels(r, json, "height", &n->height)) != STATUS_OK ||
        (status = check_color(r, json)) != STATUS_OK)
        return status;
    if (!json_is_object(n->own))
        n->own = NULL;
    if (json_object_get(r->index, n->id))
        return json_canvas_fail(r, "another node has the same id.");
    json_object_set_new(r->index, n->id, json_integer((json_int_t)(n - r->nodes)));
    return check_type(r, n);
}

enum status json_canvas_read_nodes(struct reader *r, const json_t *list)
{
    size_t n = json_array_size(list);
    if (list && !json_is_array(list))
        return json_canvas_fail(r, "\"nodes\" must be a list.");
    if (n > NODES_MAX)
        return json_canvas_fail(r, "%zu nodes are too many for one canvas.", n);
    r->nodes = xcalloc(n + 1, sizeof *r->nodes);
    r->placed = xcalloc(n + 1, sizeof *r->placed);
    r->place_kind = "Node";
    for (r->n = 0; r->n < n; r->n++) {
        r->place = r->n + 1;
        enum status status = read_node(r, json_array_get(list, r->n), &r->nodes[r->n]);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

/* ---- edges */

static enum status read_end(struct reader *r, const json_t *edge, const char *key, const struct node **out)
{
    const char *id;
    enum status status = need_text(r, edge, key, &id);
    if (status != STATUS_OK)
        return status;
    const json_t *at = json_object_get(r->index, id);
    if (!at)
        return json_canvas_fail(r, "\"%s\" names the node \"%.40s\", which is not there.", key, id);
    *out = &r->nodes[json_integer_value(at)];
    return STATUS_OK;
}

enum status json_canvas_check_edge(struct reader *r, const json_t *edge, const struct node **from, const struct node **to)
{
    static const char *const sides[] = {"top", "right", "bottom", "left", NULL}, *const ends[] = {"none", "arrow", NULL};
    const char *id;
    enum status status;
    r->place_id = json_canvas_text(edge, "id") ? json_canvas_text(edge, "id") : "";
    if (!json_is_object(edge))
        return json_canvas_fail(r, "an edge must be an object.");
    if ((status = need_text(r, edge, "id", &id)) != STATUS_OK || (status = read_end(r, edge, "fromNode", from)) != STATUS_OK ||
        (status = read_end(r, edge, "toNode", to)) != STATUS_OK || (status = one_of(r, edge, "fromSide", sides)) != STATUS_OK ||
        (status = one_of(r, edge, "toSide", sides)) != STATUS_OK || (status = one_of(r, edge, "fromEnd", ends)) != STATUS_OK ||
        (status = one_of(r, edge, "toEnd", ends)) != STATUS_OK || (status = optional_text(r, edge, "label")) != STATUS_OK)
        return status;
    return check_color(r, edge);
}
