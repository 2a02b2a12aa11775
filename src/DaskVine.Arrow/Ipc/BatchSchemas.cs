namespace DaskVine.Arrow.Ipc;

/// <summary>Whether a batch belongs to a table.</summary>
internal static class BatchSchemas
{
    internal static void Expect(Schema schema, RecordBatch batch)
    {
        if (!ReferenceEquals(schema, batch.Schema) && !schema.Fields.SequenceEqual(batch.Schema.Fields))
            throw new ArgumentException("The batch has other columns than the table it belongs to.", nameof(batch));
    }
}
