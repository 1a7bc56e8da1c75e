#include "api/auth.h"
#include "api/rest.h"
#include "api/routes.h"
#include "base/auto.h"
#include "store/activities.h"
#include "store/devices.h"

#define REST_DEVICE "/api/devices/{device_id}"

static const char *const deleted[] = {"deleted", NULL};
static const struct field deleted_fields[] = {
    {.name = "device_id", .kind = K_TEXT, .doc = "Identifier of the device"},
    {.name = "status", .kind = K_TEXT, .words = deleted, .doc = "What became of it"},
};
static const struct field_shape deleted_shape = {NULL, deleted_fields, LEN(deleted_fields),
                                                 "DeviceDeleted"};

static const struct field activity_deleted_fields[] = {
    {.name = "activity_id", .kind = K_TEXT, .doc = "Identifier of the activity"},
    {.name = "status", .kind = K_TEXT, .words = deleted, .doc = "What became of it"},
};
static const struct field_shape activity_deleted_shape = {
    NULL, activity_deleted_fields, LEN(activity_deleted_fields), "ActivityDeleted"};

static const struct route_subject new_device = {NULL, "device", "device_id"};
static const struct route_subject device = {devices_get, "device", "device_id"};

/* methods, path, scopes, body, query, flags, subject, handler, operation, doc, answer */
static const struct route rows[] = {
    {GET, "/api/devices", SCOPE_DEVICES, NULL, &rest_devices_list_query, 0, NULL, rest_devices_list,
     "listDevices", "Phones and browsers that alerts are pushed to, without their addresses.",
     .answer = {200, LIST, &devices_shape}},
    {POST, "/api/devices", SCOPE_DEVICES, &rest_devices_register_body, NULL, WRITE, &new_device,
     rest_devices_register, "registerDevice",
     "Register for alerts, at each start of the app: the same installation is the same device.",
     .answer = {201, ONE, &devices_shape, .also = 200}},
    {GET, "/api/devices/webpush_key", SCOPE_DEVICES, NULL, NULL, 0, NULL, rest_devices_key,
     "getWebPushKey", "The key that browsers subscribe with (applicationServerKey).",
     .answer = {200, ONE, &rest_devices_key_shape}},
    {GET, REST_DEVICE, SCOPE_DEVICES, NULL, NULL, 0, &device, rest_devices_get, "getDevice",
     "One device.", .answer = {200, ONE, &devices_shape}},
    {PATCH, REST_DEVICE, SCOPE_DEVICES, &rest_devices_update_body, NULL, WRITE, &device,
     rest_devices_update, "updateDevice",
     "Rename it, mute it, or change what it wants to be told: absent fields stay.",
     .answer = {200, ONE, &devices_shape}},
    {DELETE, REST_DEVICE, SCOPE_DEVICES, NULL, NULL, WRITE, &device, rest_devices_delete,
     "deleteDevice", "Nothing is sent to it any more.", .answer = {200, ONE, &deleted_shape}},
    {GET, REST_DEVICE "/activities", SCOPE_DEVICES, NULL, &rest_catalog_page_query, 0, NULL,
     rest_activities_list, "listActivities",
     "Live Activities that the app of a device has registered, newest first.",
     .answer = {200, LIST, &activities_shape}},
    {POST, REST_DEVICE "/activities", SCOPE_DEVICES, &rest_activities_register_body, NULL,
     WRITE | CONFLICT, &device, rest_activities_register, "registerActivity",
     "A Live Activity that the app shows of a print: it is updated, and ended with it.",
     .answer = {201, ONE, &activities_shape, .also = 200}},
    {DELETE, REST_DEVICE "/activities/{activity_id}", SCOPE_DEVICES, NULL, NULL, WRITE, &device,
     rest_activities_delete, "deleteActivity", "It is not shown any more, and not updated.",
     .answer = {200, ONE, &activity_deleted_shape}},
};
const struct route_table routes_devices = {rows, LEN(rows)};
