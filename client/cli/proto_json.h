/* Protobuf messages as JSON and back, by their descriptors: every field there is, so that an export is lossless and
 * stays so when the protocol grows.
 *
 * Names are those of the .proto files. Defaults are left out. Object ids are strings ("7.12"), fixed64 are 16 hex
 * digits, bytes are hex digits, other numbers are numbers. Pure. */
#ifndef COCANVAS_CLIENT_CLI_PROTO_JSON_H
#define COCANVAS_CLIENT_CLI_PROTO_JSON_H

#include <jansson.h>
#include <protobuf-c/protobuf-c.h>

#include "common/arena.h"
#include "common/status.h"

/* A new reference. NULL if a text in it is not UTF-8. */
json_t *proto_to_json(const ProtobufCMessage *message);
/* From the arena; NULL and *why (which names the field) if the JSON does not fit the type. */
ProtobufCMessage *proto_from_json(const ProtobufCMessageDescriptor *type, const json_t *json, struct arena *arena,
                                  struct why *why);

#endif
