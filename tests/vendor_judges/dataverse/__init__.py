"""The simulated Dataverse, judged by examples of the vendor's documentation and by clients that are not ours."""
