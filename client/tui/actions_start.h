/* The rows of this family: filled in by its owner. */
#define ACTIONS_START(ROW)
